"""Processes that end when the process that started them ends, however it ends."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from plaza.embedded.death_watcher import DeathWatcher
from plaza.embedded.server_user import ServerUser

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


class Child:
    """A direct child in a session of its own, so that Ctrl-C reaches only its starter."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        on_starter_death: signal.Signals,
        output: int | IO[bytes],
        user: ServerUser | None = None,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start it.

        Raises:
            RuntimeError: this is not the main thread. Linux sends the signal at the end of the
                thread that started the child, and the main thread alone lasts as long as we do.
        """
        if threading.current_thread() is not threading.main_thread():
            message = "A child that must end with its starter can only start in the main thread."
            raise RuntimeError(message)
        drops = user is not None and user.is_other
        self._process = subprocess.Popen(  # noqa: S603  fixed programs
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=user.uid if user and drops else None,
            group=user.gid if user and drops else None,
            extra_groups=[] if drops else None,
            cwd=folder,
            env=environment,
            start_new_session=True,
            preexec_fn=_armed(on_starter_death),  # noqa: PLW1509  it takes no lock
        )
        self._watcher = (
            None if sys.platform == "linux" else DeathWatcher(self.pid, on_starter_death)
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> IO[bytes]:
        """What it prints, when it was started with `subprocess.PIPE`."""
        assert self._process.stdout is not None
        return self._process.stdout

    def exit_code(self) -> int | None:
        """None while it works; a negative number is the signal that ended it."""
        code = self._process.poll()
        if code is not None:
            self._release()
        return code

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def ended_within(self, timeout_s: float) -> bool:
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        self._release()
        return True

    def stop(self, *steps: tuple[signal.Signals, float]) -> None:
        """Send each signal and give it its seconds, then end it and its own children."""
        for number, patience_s in steps:
            self.send(number)
            if self.ended_within(patience_s):
                break
        self.kill()

    def kill(self) -> None:
        """End it and whatever it started, at once."""
        # The group keeps its number while one member lives, so no stranger can have it.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        self._release()

    def _release(self) -> None:
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher = None


def _armed(number: signal.Signals) -> Callable[[], None] | None:
    """What the child runs between fork and exec.

    It must come after the change of user, which clears the setting; `Popen` does it in this order.
    """
    if sys.platform != "linux":
        return None
    starter = os.getpid()

    def arm() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != starter:
            os._exit(1)

    return arm
