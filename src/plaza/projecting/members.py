"""Which processes follow: a row for each, as long as it lives."""

import time
from uuid import UUID, uuid4

import asyncpg

LIFE_S = 3
HEARTBEAT_INTERVAL_S = 1.0

SEEN = """
    WITH gone AS (
        DELETE FROM projecting.member
        WHERE member <> $1 AND seen_at < clock_timestamp() - make_interval(mins => 1))
    INSERT INTO projecting.member (member, follows, pid) VALUES ($1, $2, pg_backend_pid())
    ON CONFLICT (member) DO UPDATE SET seen_at = clock_timestamp(), pid = excluded.pid
"""

# A killed process is gone at once, with its connection; one that is cut off, after a while.
OTHERS = """
    SELECT count(*) FROM projecting.member m
    WHERE m.member <> $1 AND m.follows = $2
        AND m.seen_at > clock_timestamp() - make_interval(secs => $3)
        AND EXISTS (SELECT FROM pg_stat_get_activity(m.pid))
"""

LEFT = "DELETE FROM projecting.member WHERE member = $1"


class Membership:
    """This process among those that follow the same.

    Two versions of plaza that run beside each other may follow different builds; what only one of
    them can follow must not wait for the other.
    """

    def __init__(self, follows: str) -> None:
        self._member: UUID = uuid4()
        self._follows = follows
        self._seen_at = float("-inf")

    async def begin(self, connection: asyncpg.Connection) -> None:
        """Say that this process lives, on the connection that has its leases."""
        await connection.execute(SEEN, self._member, self._follows)
        self._seen_at = time.monotonic()

    async def count(self, connection: asyncpg.Connection) -> int:
        """How many processes live; that this one does is said again now and then."""
        if time.monotonic() - self._seen_at >= HEARTBEAT_INTERVAL_S:
            await self.begin(connection)
        others = await connection.fetchval(OTHERS, self._member, self._follows, LIFE_S)
        return 1 + int(others)

    async def leave(self, connection: asyncpg.Connection) -> None:
        """Let the others have its share at once."""
        await connection.execute(LEFT, self._member)
