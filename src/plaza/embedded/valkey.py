"""One Valkey server on a Unix socket."""

import os
import signal
import socket
import time
from pathlib import Path
from urllib.parse import quote

from plaza.embedded.child import Child
from plaza.embedded.leftover import end_leftover
from plaza.embedded.refusal import CannotStart
from plaza.embedded.server_log import opened_log, tail_of
from plaza.embedded.server_user import ServerUser

START_TIMEOUT_S = 60.0
STOP_STEPS = ((signal.SIGTERM, 1.0),)


class ValkeyServer:
    def __init__(
        self,
        folder: Path,
        sockets: Path,
        *,
        program: Path,
        user: ServerUser,
        durable: bool = True,
    ) -> None:
        self.data = folder / "valkey"
        self.log = folder / "logs" / "valkey.log"
        self.socket = sockets / "valkey.sock"
        self._pid_file = folder / "valkey" / "valkey.pid"
        self._program = program
        self._user = user
        self._durable = durable
        self._child: Child | None = None

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket), safe='/')}"

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def is_working(self) -> bool:
        return self._child is not None and self._child.exit_code() is None

    def launch(self) -> None:
        """Start the process; `wait_until_ready` follows."""
        for folder in (self.data, self.log.parent):
            self._user.private_folder(folder)
        end_leftover(self._pid_file, self.data, *STOP_STEPS, (signal.SIGKILL, 2.0))
        with opened_log(self.log) as log:
            self._child = Child(
                [self._program, *self._options()],
                on_starter_death=signal.SIGTERM,
                output=log,
                user=self._user,
                folder=self.data,
                environment={"LC_ALL": "C", "PATH": os.defpath},
            )

    def wait_until_ready(self) -> None:
        """Wait for commands to be answered, which they are once its file is loaded.

        Raises:
            CannotStart: it ended, or took too long; the message closes with its log.
        """
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._answers():
            if not self.is_working() or time.monotonic() > deadline:
                self.stop()
                message = f"The embedded Valkey did not start. The end of {self.log}:\n"
                raise CannotStart(message + tail_of(self.log))
            time.sleep(0.005)

    def start(self) -> None:
        self.launch()
        self.wait_until_ready()

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop(*STOP_STEPS)
            self._child = None

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "pidfile": str(self._pid_file),
            # Otherwise the command line, by which a leftover is known, would be overwritten.
            "set-proc-title": "no",
            "appendonly": "yes" if self._durable else "no",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        return [word for name, value in options.items() for word in (f"--{name}", value)]

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1.0)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except (FileNotFoundError, ConnectionError, TimeoutError):
                return False
