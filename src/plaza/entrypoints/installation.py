"""Operations on an installation, with everything that bootstrap lists."""

from collections.abc import Callable
from uuid import UUID

from plaza.adapters.mail_message import sender_of
from plaza.adapters.signing_keys import read_ring
from plaza.bootstrap import CONSTRAINTS, PROCESSES, PROJECTIONS
from plaza.operations import migrate as migrating
from plaza.operations import operator as operating
from plaza.operations import signing_keys, stock_repair
from plaza.operations.demo import load as demo
from plaza.operations.projections import parked
from plaza.operations.projections.parked import Retried, SkipParked, Skipped
from plaza.operations.stock_verification import Progress
from plaza.reading.pools import open_private_pool
from plaza.settings import Settings


async def migrate(settings: Settings) -> None:
    """Bring the database up to this version."""
    await migrating.migrate(settings, PROJECTIONS, PROCESSES)


async def _check_ring(settings: Settings) -> None:
    """Be sure that the keys open under this secret, before processes try it again and again."""
    assert settings.database_url is not None
    reads = await open_private_pool(settings.database_url, 1)
    try:
        await read_ring(reads, settings)
    finally:
        await reads.close()


async def rotate_keys(settings: Settings, *, at_once: bool) -> str:
    """Sign access tokens with a new key; gives its id.

    Raises:
        InvalidSetting: the keys beside it are sealed under another secret, so that no process
            could open all of them any more; at once they end, and may be.
    """
    if not at_once:
        await _check_ring(settings)
    key_id = await signing_keys.add_key(settings, CONSTRAINTS, at_once=at_once)
    assert key_id is not None
    return key_id


async def settle(settings: Settings) -> str | None:
    """Make sure that a key signs access tokens, and that somebody runs the marketplace.

    Returns:
        The operator's password, where the account was made now.

    Raises:
        InvalidSetting: a setting that only shows when it is used cannot be.
    """
    sender_of(settings.mail_from)
    await signing_keys.add_key(settings, CONSTRAINTS, only_first=True)
    await _check_ring(settings)
    return await operating.ensure_operator(settings, CONSTRAINTS)


async def appoint(settings: Settings, *, email: str, name: str, password: str | None) -> str | None:
    """Make somebody an operator; gives the password if the account was made now."""
    return await operating.appoint(settings, CONSTRAINTS, email=email, name=name, password=password)


async def load_demo(settings: Settings, progress: Callable[[int, int], None]) -> demo.DemoLoaded:
    """Load the demo marketplace, unless it is there."""
    return await demo.load_demo(settings, CONSTRAINTS, progress)


async def repair_stock(settings: Settings, say: stock_repair.Say, progress: Progress) -> None:
    """Put right what does not add up in the stock."""
    await stock_repair.repair_differences(settings, CONSTRAINTS, say, progress)


async def retry_parked(settings: Settings, projection: str, key: UUID | None) -> Retried:
    """Have a read model's follower try again what is parked."""
    return await parked.retry(settings, CONSTRAINTS, projection, key)


async def skip_parked(settings: Settings, command: SkipParked) -> Skipped:
    """Have a read model's follower leave out what is held for a document."""
    return await parked.skip(settings, CONSTRAINTS, command)
