"""One PostgreSQL cluster, started without PostgreSQL's own tools around it."""

import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from plaza.embedded.child import Child
from plaza.embedded.leftover import end_leftover
from plaza.embedded.postgres_data import ENVIRONMENT, SUPERUSER, make_cluster_data
from plaza.embedded.postgres_settings import settings_text
from plaza.embedded.refusal import CannotStart
from plaza.embedded.roles import ROLE_STATEMENTS
from plaza.embedded.server_log import opened_log, tail_of
from plaza.embedded.server_user import ServerUser

START_TIMEOUT_S = 120.0
"""Recovery after a crash replays the log first, so a start may take its time."""
STOP_STEPS = ((signal.SIGINT, 2.0), (signal.SIGQUIT, 0.5))
"""Fast: roll back and write everything. Immediate: end, and recover at the next start."""
IMMEDIATE_STEPS = ((signal.SIGQUIT, 2.0),)
READY_LINE = 7
STILL_ENDING = "pre-existing shared memory block"
NO_OVERRIDES: Mapping[str, str] = MappingProxyType({})
MAKE_DATABASE = """
SELECT 'CREATE DATABASE plaza OWNER plaza_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'plaza') \\gexec
"""


class PostgresCluster:
    def __init__(
        self,
        folder: Path,
        sockets: Path,
        *,
        installation: Path,
        user: ServerUser,
        durable: bool = True,
        overrides: Mapping[str, str] = NO_OVERRIDES,
    ) -> None:
        """Describe it; nothing starts yet.

        Args:
            folder: holds the cluster's data and log.
            sockets: a private folder with a short path.
            installation: holds `bin/postgres`.
            user: who it works as.
            durable: False leaves out what only matters when the machine itself fails.
            overrides: PostgreSQL settings in place of plaza's.
        """
        self.data = folder / "postgres"
        self.log = folder / "logs" / "postgres.log"
        self.sockets = sockets
        self._programs = installation / "bin"
        self._user = user
        self._durable = durable
        self._overrides = overrides
        self._child: Child | None = None

    def url(self, role: str, database: str) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets), safe='/')}"

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def is_working(self) -> bool:
        return self._child is not None and self._child.exit_code() is None

    def launch(self) -> None:
        """Start the process; `wait_until_ready` follows.

        Raises:
            CannotStart: the cluster's data cannot be made.
        """
        self._user.private_folder(self.log.parent)
        make_cluster_data(
            self.data, initdb=self._programs / "initdb", user=self._user, durable=self._durable
        )
        end_leftover(self._pid_file, self.data, *STOP_STEPS, (signal.SIGKILL, 2.0))
        text = settings_text(self.sockets, durable=self._durable, overrides=self._overrides)
        (self.data / "postgresql.conf").write_text(text)
        self._launch()

    def wait_until_ready(self) -> None:
        """Wait for connections to be accepted.

        Raises:
            CannotStart: it ended, or took too long; the message closes with its log.
        """
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._is_ready():
            if time.monotonic() > deadline:
                self.stop(immediate=True)
                raise CannotStart(self._failure(f"was not ready after {START_TIMEOUT_S:.0f} s"))
            if not self.is_working():
                # A killed predecessor's backends take a moment to notice; nothing else does.
                if STILL_ENDING not in tail_of(self.log):
                    raise CannotStart(self._failure("ended while it started"))
                time.sleep(0.2)
                self._launch()
            time.sleep(0.005)

    def start(self) -> None:
        self.launch()
        self.wait_until_ready()

    def stop(self, *, immediate: bool = False) -> None:
        """Stop it; immediate is what a crash leaves: the next start recovers."""
        if self._child is not None:
            self._child.stop(*(IMMEDIATE_STEPS if immediate else STOP_STEPS))
            self._child = None

    def restart(self, *, immediate: bool = False) -> None:
        self.stop(immediate=immediate)
        self.start()

    def make_roles_and_database(self) -> None:
        """Make plaza's roles and its database where they are missing."""
        self.run_as_superuser(ROLE_STATEMENTS + MAKE_DATABASE)

    def run_as_superuser(self, script: str) -> None:
        """Run SQL in the database `postgres`.

        Raises:
            CannotStart: a statement failed.
        """
        done = subprocess.run(  # noqa: S603  the package's psql
            [self._programs / "psql", "-Xqtv", "ON_ERROR_STOP=1", self.url(SUPERUSER, "postgres")],
            input=script,
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
            check=False,
        )
        if done.returncode != 0:
            raise CannotStart(self._failure(f"refused to be set up: {done.stderr.strip()}"))

    def _launch(self) -> None:
        with opened_log(self.log) as log:
            self._child = Child(
                [self._programs / "postgres", "-D", self.data],
                on_starter_death=signal.SIGINT,
                output=log,
                user=self._user,
                folder=self.data,
                environment=ENVIRONMENT,
            )

    @property
    def _pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def _is_ready(self) -> bool:
        try:
            lines = self._pid_file.read_text().splitlines()
        except FileNotFoundError:
            return False
        # A stale file of a predecessor names another process.
        return len(lines) > READY_LINE and (
            lines[0] == str(self.pid) and lines[READY_LINE].strip() == "ready"
        )

    def _failure(self, what: str) -> str:
        return f"The embedded PostgreSQL {what}. The end of {self.log}:\n{tail_of(self.log)}"
