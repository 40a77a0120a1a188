import os
import signal
import subprocess


class DeathWatcher:
    """Sends a signal to a process when its starter ends, where the kernel has no such service."""

    def __init__(self, pid: int, number: signal.Signals) -> None:
        reading, self._writing = os.pipe()
        name = number.name.removeprefix("SIG")
        # The pipe's writing end exists only here: whatever ends us closes it.
        self._process = subprocess.Popen(  # noqa: S603  fixed program
            ["/bin/sh", "-c", 'read -r line; kill -s "$0" "$1"', name, str(pid)],
            stdin=reading,
            start_new_session=True,
        )
        os.close(reading)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._writing)
