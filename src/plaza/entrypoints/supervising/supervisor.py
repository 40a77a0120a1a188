import asyncio
from importlib.metadata import version
from pathlib import Path
from time import monotonic

import httpx
from rich.console import Console
from rich.text import Text

import plaza
from plaza.embedded.refusal import CannotStart
from plaza.embedded.servers import EmbeddedServers
from plaza.entrypoints.connected import Connected, without_demo_unless_asked
from plaza.entrypoints.installation import migrate, settle
from plaza.entrypoints.mailing import mail_folder
from plaza.entrypoints.reachable import check_servers
from plaza.entrypoints.supervising.demo_progress import loaded_with_progress
from plaza.entrypoints.supervising.first_failure import first_of
from plaza.entrypoints.supervising.kept_running import KeptRunning
from plaza.entrypoints.supervising.port import wait_for_free_port
from plaza.entrypoints.supervising.processes import commands, environment
from plaza.entrypoints.supervising.readiness import wait_until_ready
from plaza.entrypoints.supervising.source_changes import source_changes
from plaza.entrypoints.supervising.welcome import OPERATOR, LogIn, base_url, welcome
from plaza.operations.operator import DEMO_PASSWORD
from plaza.projecting.builds import NotBuilt

SERVER_CHECK_INTERVAL_S = 0.5
STOP_PATIENCE_S = 6.0
"""With the servers' own patience after it, all is over within 10 s."""
STYLES = {"api": "cyan", "projector": "magenta", "worker": "yellow", "sandbox": "green"}
SOURCE = Path(plaza.__file__).parent


class Supervisor:
    """Brings plaza up on servers that work, and keeps it up until it is cancelled."""

    def __init__(
        self, connected: Connected, console: Console, *, reload: bool, started: float
    ) -> None:
        """Describe it; nothing starts yet.

        Args:
            connected: settings whose servers work.
            console: where progress and the processes' own lines go.
            reload: restart the processes when plaza's source changes.
            started: when the whole start began, by `time.monotonic`.
        """
        self._settings = connected.settings
        self._servers = connected.servers
        self._console = console
        self._reload = reload
        self._started = started
        self._is_patient = False
        self._processes = [
            KeptRunning(name, command, environment(self._settings), self._say)
            for name, command in commands(self._settings).items()
        ]

    async def work(self) -> None:
        """Start everything and watch over it.

        Raises:
            CannotStart: with a sentence for whoever starts plaza.
        """
        await check_servers(self._settings)
        await wait_for_free_port(self._settings)
        await self._migrate()
        is_own = self._servers is None
        settings = without_demo_unless_asked(self._settings) if is_own else self._settings
        operator_password = await settle(settings)
        try:
            async with asyncio.TaskGroup() as tasks:
                for process in self._processes:
                    tasks.create_task(process.keep_running())
                if self._servers is not None:
                    tasks.create_task(self._watch_servers(self._servers))
                if self._reload:
                    tasks.create_task(self._watch_source())
                await self._welcome(operator_password)
        except ExceptionGroup as failures:
            # What an `except*` raises comes out in a group again: a traceback, and no sentence.
            refusals, others = failures.split(CannotStart)
            if refusals is None or others is not None:
                raise
            raise first_of(refusals) from None
        finally:
            await self._stop()

    async def _migrate(self) -> None:
        """Migrate; what has to be built by hand is said, and waited for while all else works."""
        try:
            await migrate(self._settings)
        except NotBuilt as error:
            self._step(str(error))
            self._is_patient = True
        else:
            self._step(f"plaza {version('plaza')}: the database is up to date")

    async def _welcome(self, operator_password: str | None) -> None:
        log_ins: list[LogIn] = []
        if operator_password is None and self._has_demo_operator():
            operator_password = DEMO_PASSWORD
        if operator_password is not None:
            log_ins.append((OPERATOR, self._settings.operator_email, operator_password))
        if self._settings.demo:
            log_ins += (await loaded_with_progress(self._settings, self._console)).log_ins
        url = base_url(self._settings)
        async with httpx.AsyncClient(base_url=url, timeout=5.0, trust_env=False) as client:
            await wait_until_ready(client, self._processes, is_patient=self._is_patient)
            self._step(f"plaza is ready after {monotonic() - self._started:.1f} s: {url}")
            mails = mail_folder(self._settings) if self._settings.smtp_host is None else None
            for line in await welcome(client, url, log_ins, mails, self._settings.sandbox_url):
                self._step(line)

    def _has_demo_operator(self) -> bool:
        """Whether an earlier start made the operator with the password that everybody knows."""
        settings = self._settings
        return settings.demo and settings.operator_password is None and self._servers is not None

    async def _watch_servers(self, servers: EmbeddedServers) -> None:
        while True:
            await asyncio.sleep(SERVER_CHECK_INTERVAL_S)
            for name in servers.revive():
                self._say("servers", f"{name} had ended; it was started again.")

    async def _watch_source(self) -> None:
        async for changed in source_changes(SOURCE):
            self._say("reload", f"{changed[0].relative_to(SOURCE)} changed; processes restart.")
            await asyncio.gather(*(p.restart(STOP_PATIENCE_S) for p in self._processes))

    async def _stop(self) -> None:
        self._step("Stopping.")
        for process in self._processes:
            process.ask_to_stop()
        await asyncio.gather(*(p.stopped_within(STOP_PATIENCE_S) for p in self._processes))

    def _step(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)

    def _say(self, name: str, line: str) -> None:
        self._console.print(
            Text(f"{name:>9} │ ", style=STYLES.get(name, "bold")) + Text.from_ansi(line),
            soft_wrap=True,
        )
