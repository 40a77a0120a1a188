"""The sandbox of payments in a thread of the tests: a real server on a free port."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server

from plaza.entrypoints.sandbox.server import create_sandbox
from plaza.kernel.loopback import LoopbackUrl
from plaza.settings import Settings

SECRET = "a secret of the tests, long enough to be one"
READY_TIMEOUT_S = 10.0
PATIENT = {"slow_s": 0.2}
"""How it behaves in the tests unless told otherwise: nobody waits for three seconds."""


@dataclass
class Sandbox:
    """A running sandbox, asked as tests and harnesses do."""

    url: LoopbackUrl
    client: httpx.Client

    def charges(self) -> list[dict[str, Any]]:
        """Everything that was ever authorized, declined or given up."""
        found: list[dict[str, Any]] = self._got("/charges")["charges"]
        return found

    def charges_of(self, order_number: str) -> list[dict[str, Any]]:
        return [one for one in self.charges() if one["order_number"] == order_number]

    def movements(self) -> list[dict[str, Any]]:
        """Everything that was ever captured, voided or refunded, or refused to be."""
        found: list[dict[str, Any]] = self._got("/charges")["movements"]
        return found

    def messages(self, key: UUID | str) -> list[dict[str, Any]]:
        """What it has told of a key by webhook, or would have."""
        found: list[dict[str, Any]] = self._got(f"/messages?key={key}")
        return found

    def answer(self, redirect_url: str, decision: str) -> str:
        """Click on `approve` or `decline` on the page that a shopper was sent to."""
        return self.client.post(f"{redirect_url}/{decision}").raise_for_status().text

    @contextmanager
    def behaving(self, **behaviour: float) -> Iterator[None]:
        """Behave like this for a while."""
        self.behave(PATIENT | behaviour)
        try:
            yield
        finally:
            self.behave(PATIENT)

    def behave(self, behaviour: dict[str, float]) -> None:
        self.client.put(f"{self.url}/behaviour", json=behaviour).raise_for_status()

    def _got(self, place: str) -> Any:
        return self.client.get(f"{self.url}{place}").raise_for_status().json()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        number: int = listener.getsockname()[1]
        return number


def sandbox_settings(folder: Path, **changes: Any) -> Settings:
    """Settings of a sandbox that keeps its books in the folder and tells nobody anything."""
    given: dict[str, Any] = {
        "data_dir": folder,
        "secret_key": SECRET,
        "sandbox_url": LoopbackUrl(f"http://127.0.0.1:{free_port()}"),
        "sandbox_webhooks": False,
        "log_level": "error",
    }
    return Settings(**given | changes)


@contextmanager
def running_sandbox(settings: Settings) -> Iterator[Sandbox]:
    """Serve it in a thread of its own, so that a test that blocks does not stop it."""
    assert settings.sandbox_url is not None
    serving = _Serving(settings)
    serving.start()
    try:
        with httpx.Client(trust_env=False) as client:
            sandbox = Sandbox(settings.sandbox_url, client)
            serving.wait_until_ready(client, f"{settings.sandbox_url}/health")
            sandbox.behave(PATIENT)
            yield sandbox
    finally:
        serving.stop()


class _Serving(threading.Thread):
    def __init__(self, settings: Settings) -> None:
        super().__init__(name="sandbox", daemon=True)
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._server: Server | None = None

    def run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    def wait_until_ready(self, client: httpx.Client, place: str) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while True:
            try:
                client.get(place).raise_for_status()
            except httpx.TransportError:
                assert self.is_alive(), "the sandbox did not start"
                assert time.monotonic() < deadline, "the sandbox does not answer"
                time.sleep(0.01)
            else:
                return

    def stop(self) -> None:
        if self._server is not None and self.is_alive():
            self._loop.call_soon_threadsafe(self._server.stop)
        self.join(READY_TIMEOUT_S)
        assert not self.is_alive(), "the sandbox did not stop"

    async def _serve(self) -> None:
        assert self._settings.sandbox_url is not None
        self._server = Server(
            create_sandbox(self._settings),
            port=self._settings.sandbox_url.port,
            interface=Interfaces.ASGI,
            websockets=False,
            log_enabled=False,
        )
        await self._server.serve()
