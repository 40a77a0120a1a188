"""Operations on an installation, with everything that bootstrap lists."""

from collections.abc import Callable

from plaza.bootstrap import CONSTRAINTS, PROCESSES, PROJECTIONS
from plaza.operations import migrate as migrating
from plaza.operations import operator as operating
from plaza.operations.demo import load as demo
from plaza.settings import Settings


async def migrate(settings: Settings) -> None:
    """Bring the database up to this version."""
    await migrating.migrate(settings, PROJECTIONS, PROCESSES)


async def ensure_operator(settings: Settings) -> str | None:
    """Make sure that somebody runs the marketplace; gives the password if it was made now."""
    return await operating.ensure_operator(settings, CONSTRAINTS)


async def load_demo(settings: Settings, progress: Callable[[int, int], None]) -> demo.DemoLoaded:
    """Load the demo marketplace, unless it is there."""
    return await demo.load_demo(settings, CONSTRAINTS, progress)
