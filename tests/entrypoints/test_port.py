import asyncio
import errno
import socket
from collections.abc import Iterator

import pytest

from plaza.embedded.refusal import CannotStart
from plaza.entrypoints.supervising import port
from plaza.entrypoints.supervising.port import wait_for_free_port
from plaza.settings import Settings


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port, "PATIENCE_S", 0.2)


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


def _port_of(listener: socket.socket) -> int:
    number: int = listener.getsockname()[1]
    return number


def test_a_port_in_use_is_a_sentence_that_says_how_to_choose_another(taken: socket.socket) -> None:
    number = _port_of(taken)
    with pytest.raises(CannotStart, match=f"Port {number} on 127.0.0.1 is in use.*PLAZA_PORT="):
        asyncio.run(wait_for_free_port(Settings(port=number)))


def test_a_port_that_gets_free_in_time_will_do(taken: socket.socket) -> None:
    async def scene() -> None:
        asyncio.get_running_loop().call_later(0.05, taken.close)
        await wait_for_free_port(Settings(port=_port_of(taken)))

    asyncio.run(scene())


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_a_sentence(host: str) -> None:
    with pytest.raises(CannotStart, match=f"PLAZA_HOST='{host}' is not an address of this machine"):
        asyncio.run(wait_for_free_port(Settings(host=host)))


def test_a_port_that_needs_root_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    # Which ports need rights is the machine's affair, and root may listen on any.
    def refused(_: socket.socket, __: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refused)
    with pytest.raises(CannotStart, match="needs the rights of root"):
        asyncio.run(wait_for_free_port(Settings(port=1)))
