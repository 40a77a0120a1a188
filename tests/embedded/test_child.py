import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import psutil
import pytest

from plaza.embedded.child import Child
from plaza.embedded.death_watcher import DeathWatcher

Eventually = Callable[[Callable[[], bool]], bool]

WATCHED_STARTER = """
import signal, subprocess
from plaza.embedded.death_watcher import DeathWatcher
watched = subprocess.Popen(["sleep", "600"], stdout=subprocess.DEVNULL)
watcher = DeathWatcher(watched.pid, signal.SIGTERM)
print(watched.pid, flush=True)
signal.pause()
"""


def _is_over(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_child_starts_in_the_main_thread_only() -> None:
    """Elsewhere it would end with the thread, in the middle of its work."""
    refusals = []

    def start() -> None:
        with pytest.raises(RuntimeError, match="main thread") as refusal:
            Child(["sleep", "600"], on_starter_death=signal.SIGTERM, output=subprocess.DEVNULL)
        refusals.append(refusal)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert len(refusals) == 1


def test_a_child_is_out_of_reach_of_the_terminals_signals() -> None:
    child = Child(["sleep", "600"], on_starter_death=signal.SIGTERM, output=subprocess.DEVNULL)
    assert psutil.Process(child.pid).terminal() is None
    assert child.exit_code() is None
    child.stop((signal.SIGTERM, 5.0))
    assert child.exit_code() == -signal.SIGTERM


# How it works where the kernel has no parent-death signal (macOS).
def test_a_watcher_ends_the_watched_when_its_starter_is_killed(eventually: Eventually) -> None:
    command = [sys.executable, "-c", WATCHED_STARTER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        watched = int(starter.stdout.readline())
        starter.kill()
        assert eventually(lambda: _is_over(watched))


def test_a_watcher_that_is_stopped_leaves_the_watched_alone() -> None:
    with subprocess.Popen(["sleep", "600"]) as watched:
        DeathWatcher(watched.pid, signal.SIGTERM).stop()
        with pytest.raises(subprocess.TimeoutExpired):
            watched.wait(0.2)
        watched.kill()
