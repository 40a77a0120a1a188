from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from plaza.embedded.refusal import CannotStart
from plaza.entrypoints.installation import load_demo
from plaza.entrypoints.supervising.first_failure import first_of
from plaza.kernel.database_errors import DATABASE_ERRORS
from plaza.kernel.refusals import Refusal
from plaza.operations.demo.load import DemoLoaded
from plaza.settings import Settings

WHAT = "Loading the demo marketplace"


async def loaded_with_progress(settings: Settings, console: Console) -> DemoLoaded:
    """Load the demo marketplace under a progress bar, which appears only if there is work.

    Raises:
        CannotStart: a server failed meanwhile.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    quiet = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        bar = progress.add_task(WHAT, visible=False)

        def show(done: int, total: int) -> None:
            if quiet and not done:
                console.print(f"{WHAT}: {total} products.")
            progress.update(bar, completed=done, total=total, visible=True)

        try:
            loaded = await load_demo(settings, show)
        except Exception as failure:
            # Shops are opened side by side, so that one loss fails many of them alike.
            first = first_of(failure)
            if not isinstance(first, (Refusal, *DATABASE_ERRORS)):
                raise
            raise CannotStart(_sentence(first)) from failure
    if loaded.duration_s:
        told = f"Demo loaded: {loaded.products:,} products in {loaded.duration_s:.1f} s"
        console.print(told, highlight=False)
    return loaded


def _sentence(failed: Exception) -> str:
    return (
        f"The demo marketplace was not loaded to its end: {failed} What PostgreSQL says stands in "
        "its log, and what was loaded stays: start again, and it goes on from there."
    )
