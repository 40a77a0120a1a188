import asyncio

import httpx
import pytest

from plaza.embedded.refusal import CannotStart
from plaza.entrypoints.supervising import readiness
from plaza.entrypoints.supervising.kept_running import KeptRunning
from plaza.entrypoints.supervising.readiness import wait_until_ready


def _wait(*answers: httpx.Response | httpx.TransportError, ended_count: int = 0) -> None:
    remaining = list(answers)

    def answer(_request: httpx.Request) -> httpx.Response:
        given = remaining.pop(0) if len(remaining) > 1 else remaining[0]
        if isinstance(given, httpx.TransportError):
            raise given
        return given

    async def scene() -> None:
        process = KeptRunning("api", [], {}, lambda _name, _line: None)
        process.ended_count = ended_count
        transport = httpx.MockTransport(answer)
        async with httpx.AsyncClient(transport=transport, base_url="http://plaza") as client:
            await wait_until_ready(client, [process])

    asyncio.run(scene())


def test_it_waits_while_nobody_listens_and_while_it_is_not_ready() -> None:
    _wait(httpx.ConnectError("refused"), httpx.Response(503), httpx.Response(200))


def test_a_process_that_does_not_stay_is_named() -> None:
    with pytest.raises(CannotStart, match="The api ended 3 times before plaza was ready"):
        _wait(httpx.Response(503), ended_count=3)


def test_the_last_answer_is_told_when_it_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "TIMEOUT_S", 0.2)
    with pytest.raises(CannotStart, match="/health/ready says 503 not migrated"):
        _wait(httpx.Response(503, text="not migrated"))
