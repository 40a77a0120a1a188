"""Connections to Redis that say in Redis's words that they are lost.

Written to when its other end has just reset it, a transport of uvloop raises a bare RuntimeError.
Whoever expects that Redis may fail expects Redis's own errors; a command that was committed was
answered with 500 for it.
"""

from collections.abc import Iterable

from redis.asyncio import Redis
from redis.asyncio.connection import (
    AbstractConnection,
    Connection,
    SSLConnection,
    UnixDomainSocketConnection,
)
from redis.driver_info import DriverInfo
from redis.exceptions import ConnectionError as ConnectionLost


class _TellingConnection(AbstractConnection):
    async def send_packed_command(
        self,
        command: bytes | str | Iterable[bytes],
        check_health: bool = True,  # noqa: FBT001, FBT002  as redis-py has it
    ) -> None:
        try:
            await super().send_packed_command(command, check_health)
        except RuntimeError as error:
            raise ConnectionLost(f"Lost before it was written to: {error}") from error


class TcpConnection(_TellingConnection, Connection):
    """By host and port."""


class TlsConnection(_TellingConnection, SSLConnection):
    """By host and port, encrypted."""


class SocketConnection(_TellingConnection, UnixDomainSocketConnection):
    """By a file of this machine."""


TELLING: dict[type[AbstractConnection], type[AbstractConnection]] = {
    Connection: TcpConnection,
    SSLConnection: TlsConnection,
    UnixDomainSocketConnection: SocketConnection,
}


DRIVER = DriverInfo()
"""Of itself redis-py looks up its version for each connection, for a millisecond of the loop."""


def telling(client: Redis) -> Redis:
    """The client, whose connections from now on tell that they are lost."""
    pool = client.connection_pool
    pool.connection_kwargs["driver_info"] = DRIVER
    pool.connection_class = TELLING[pool.connection_class]
    return client
