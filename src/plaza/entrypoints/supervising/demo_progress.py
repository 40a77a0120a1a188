from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from plaza.entrypoints.installation import load_demo
from plaza.operations.demo.load import DemoLoaded
from plaza.settings import Settings

WHAT = "Loading the demo marketplace"


async def loaded_with_progress(settings: Settings, console: Console) -> DemoLoaded:
    """Load the demo marketplace under a progress bar, which appears only if there is work."""
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

        loaded = await load_demo(settings, show)
    if loaded.duration_s:
        told = f"Demo loaded: {loaded.products:,} products in {loaded.duration_s:.1f} s"
        console.print(told, highlight=False)
    return loaded
