"""Commands of `plaza`, run as somebody types them."""

import io
import math
import os
import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from plaza.entrypoints.cli import main
from plaza.operations import watchdog
from plaza.settings import Settings


class Done(NamedTuple):
    """How a command ended, and what it said."""

    code: int | str | None
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run_plaza(
    fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs `plaza` on a database of this test alone; nobody sits at a terminal."""
    for name in os.environ:
        if name.startswith("PLAZA_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PLAZA_DATABASE_URL", str(fresh_settings.database_url))
    monkeypatch.setenv("PLAZA_REDIS_URL", str(fresh_settings.redis_url))
    monkeypatch.setenv("PLAZA_SECRET_KEY", str(fresh_settings.secret_key))
    # A marketplace of other tests stands still in this process while a command runs, which its
    # watchdog would tell where the command is to tell nothing.
    monkeypatch.setattr(watchdog, "BLOCKED_AFTER_S", math.inf)

    def run(*words: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["plaza", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(ended.value.code, *capsys.readouterr())

    return run
