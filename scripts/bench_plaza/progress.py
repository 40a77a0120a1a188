"""What a person sees while the bench runs: on stderr, so that stdout holds the result alone."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

console = Console(stderr=True, highlight=False)


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Show that this goes on, and how long it took in the end."""
    started_s = time.perf_counter()
    with console.status(f"{what} …"):
        yield
    console.print(f"{what}: {time.perf_counter() - started_s:.1f} s", style="dim")
