"""Operations on an installation, with everything that bootstrap lists."""

from collections.abc import Callable

from plaza.bootstrap import CONSTRAINTS, PROCESSES, PROJECTIONS
from plaza.operations import migrate as migrating
from plaza.operations import operator as operating
from plaza.operations import signing_keys
from plaza.operations.demo import load as demo
from plaza.settings import Settings


async def migrate(settings: Settings) -> None:
    """Bring the database up to this version."""
    await migrating.migrate(settings, PROJECTIONS, PROCESSES)


async def rotate_keys(settings: Settings, *, at_once: bool) -> str:
    """Sign access tokens with a new key; gives its id."""
    key_id = await signing_keys.add_key(settings, CONSTRAINTS, at_once=at_once)
    assert key_id is not None
    return key_id


async def settle(settings: Settings) -> str | None:
    """Make sure that a key signs access tokens, and that somebody runs the marketplace.

    Returns:
        The operator's password, where the account was made now.
    """
    await signing_keys.add_key(settings, CONSTRAINTS, only_first=True)
    return await operating.ensure_operator(settings, CONSTRAINTS)


async def appoint(settings: Settings, *, email: str, name: str, password: str | None) -> str | None:
    """Make somebody an operator; gives the password if the account was made now."""
    return await operating.appoint(settings, CONSTRAINTS, email=email, name=name, password=password)


async def load_demo(settings: Settings, progress: Callable[[int, int], None]) -> demo.DemoLoaded:
    """Load the demo marketplace, unless it is there."""
    return await demo.load_demo(settings, CONSTRAINTS, progress)
