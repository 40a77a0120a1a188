"""What `plaza up` does before its processes start, and where they do not."""

import socket
from time import monotonic

import msgspec
import pytest
from rich.console import Console

from plaza.embedded.refusal import CannotStart
from plaza.entrypoints.connected import Connected
from plaza.entrypoints.supervising import readiness, supervisor
from plaza.entrypoints.supervising.supervisor import Supervisor
from plaza.projecting.builds import NotBuilt
from plaza.settings import Settings


async def test_a_read_model_that_has_to_be_built_by_hand_keeps_nothing_else_from_starting(
    fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def lack(_: Settings) -> None:
        raise NotBuilt("order_page has no tables of this version.")

    async def come_no_further(_: Settings) -> None:
        raise CannotStart("It has come so far.")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setattr(supervisor, "migrate", lack)
    monkeypatch.setattr(supervisor, "settle", come_no_further)
    connected = Connected(msgspec.structs.replace(fresh_settings, port=port), None)

    with pytest.raises(CannotStart, match="so far"):
        await Supervisor(connected, Console(), reload=False, started=monotonic()).work()

    assert "order_page has no tables of this version." in capsys.readouterr().out


async def test_processes_that_do_not_get_ready_end_it_with_a_sentence(
    fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setattr(readiness, "TIMEOUT_S", 0.0)
    settings = msgspec.structs.replace(fresh_settings, port=port, demo=False)

    with pytest.raises(CannotStart, match="was not ready after"):
        await Supervisor(
            Connected(settings, None), Console(), reload=False, started=monotonic()
        ).work()
