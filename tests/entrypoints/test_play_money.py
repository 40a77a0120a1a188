"""Where `plaza up` offers play money, and where it does not."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import sentinel

import msgspec

from plaza.entrypoints.connected import Connected
from plaza.entrypoints.supervising.play_money import with_sandbox
from plaza.kernel.loopback import LoopbackUrl
from plaza.settings import Settings
from sandbox_server import free_port

EMBEDDED = sentinel.servers


def offered(given: Settings, *, embedded: bool = True) -> LoopbackUrl | None:
    """Where the sandbox works once servers were found for the settings."""
    url = given.database_url or "postgresql://plaza_owner@/plaza?host=/run"
    settings = msgspec.structs.replace(given, database_url=url)
    connected = Connected(settings, EMBEDDED if embedded else None)
    return with_sandbox(connected, given).settings.sandbox_url


@contextmanager
def listening(port: int) -> Iterator[None]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        yield


def test_beside_the_embedded_servers_it_listens_near_the_api() -> None:
    port = free_port() // 2
    near = offered(Settings(port=port))
    assert near is not None
    assert near.host == "127.0.0.1"
    assert near.port == offered(Settings(port=port)).port  # type: ignore[union-attr]
    with listening(near.port):
        beside = offered(Settings(port=port))
        assert beside is not None
        assert beside.port not in {near.port, port}


def test_a_port_at_the_end_has_one_too() -> None:
    assert offered(Settings(port=65_535)) is not None


def test_a_database_of_ones_own_gets_none_unless_it_is_asked_for(tmp_path: Path) -> None:
    own = Settings(database_url="postgresql://db.example/plaza", data_dir=tmp_path)
    asked = LoopbackUrl("http://127.0.0.1:9000")
    assert offered(own, embedded=False) is None
    # Valkey alone is the embedded one.
    assert offered(own) is None
    assert offered(msgspec.structs.replace(own, sandbox_url=asked), embedded=False) == asked
    assert offered(Settings(sandbox_url=asked)) == asked
