"""An API process that kills itself where a test says; the tests start it with granian.

The point is named in a file, with how often it is to be passed before; the file is removed first:
the process that takes the dead one's place goes on living.
"""

import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from litestar import Litestar

from plaza.adapters.sandbox_payments import SandboxPayments
from plaza.entrypoints.api import create_app as create_plaza
from plaza.writing import runner
from plaza.writing.announcer import Announcer
from plaza.writing.runner import CommandRunner
from plaza.writing.unit_of_work import UnitOfWork

CRASH_FILE = "CRASH_FILE"

COMMAND_STEPS: dict[str, tuple[Any, str]] = {
    "beginning": (runner, "begin"),
    "work": (CommandRunner, "_worked"),
    "application": (runner, "_applied"),
    "flush": (UnitOfWork, "flush"),
    "outcome": (runner, "keep_outcome"),
    "commit": (runner, "_commit"),
    "doorbell": (Announcer, "committed"),
}
STEPS = {**COMMAND_STEPS, "authorization": (SandboxPayments, "authorize")}


def create_app() -> Litestar:
    for name, (owner, attribute) in STEPS.items():
        setattr(owner, attribute, _mortal(name, getattr(owner, attribute)))
    return create_plaza()


def _mortal(name: str, step: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def wrapped(*arguments: Any, **named: Any) -> Any:
        _die_at(f"before {name}")
        result = await step(*arguments, **named)
        _die_at(f"after {name}")
        return result

    return wrapped


def _die_at(point: str) -> None:
    file = Path(os.environ[CRASH_FILE])
    if not file.exists():
        return
    wanted, _, times = file.read_text().partition("/")
    if wanted != point:
        return
    if int(times or 0) > 0:
        file.write_text(f"{wanted}/{int(times) - 1}")
        return
    file.unlink()
    os.kill(os.getpid(), signal.SIGKILL)
