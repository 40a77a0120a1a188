"""Reading one's own writes: an answer that covers a token, or a plain word that it cannot."""

import asyncio
from typing import Annotated

import asyncpg
import msgspec
from msgspec import Meta

from plaza.kernel.refusals import Unavailable
from plaza.outbox.token import ConsistencyTokens, InvalidConsistencyToken
from plaza.reading.watermarks import Watermarks

WAIT_DEFAULT_S = 1.0
WAIT_MAX_S = 10.0
ASK_AGAIN_S = 0.25
"""Without Redis nothing is pushed, so that an event may be sequenced and no watermark move."""

EVENT_ID_MAX = 2**63 - 1

# The epoch comes along: after a failover the position may be another event's than the token's, and
# the watermarks that this process knows may be another log's.
POSITION = """
    SELECT (SELECT position FROM outbox.position WHERE id = $1) AS position,
        (SELECT epoch_id FROM outbox.epoch ORDER BY number DESC LIMIT 1) AS epoch_id
"""

KNOWN = "SELECT $1 <= coalesce((SELECT id FROM outbox.event ORDER BY id DESC LIMIT 1), 0)"


class ProjectionBehind(Unavailable):
    code = "projection_behind"
    title = "The change is not to be seen yet"


class Wish(msgspec.Struct, frozen=True):
    """What a reader wants covered, and how long it waits for that."""

    token: str | None = None
    wait_s: Annotated[float, Meta(ge=0, le=WAIT_MAX_S)] = WAIT_DEFAULT_S
    lenient: bool = False
    """Rather an answer that says `Plaza-Stale: true` than none."""


class Freshness:
    """Waits for read models, without holding a connection."""

    def __init__(
        self, pool: asyncpg.Pool, watermarks: Watermarks, tokens: ConsistencyTokens
    ) -> None:
        self._pool = pool
        self._watermarks = watermarks
        self._tokens = tokens

    async def covered(self, projection: str, wish: Wish) -> bool:
        """Wait until the read model covers the wish.

        Returns:
            False where it does not and the reader is lenient.

        Raises:
            InvalidConsistencyToken: the token is forged or from the future.
            ProjectionBehind: not in time.
        """
        return await self.position_covered(projection, wish) is not None

    async def position_covered(self, projection: str, wish: Wish) -> int | None:
        """Wait until the read model covers the wish, and tell which position that is.

        Returns:
            0 where nothing is wished; None where it does not cover it and the reader is lenient.

        Raises:
            InvalidConsistencyToken: the token is forged or from the future.
            ProjectionBehind: not in time.
        """
        if wish.token is None:
            return 0
        event = self._tokens.event_in(wish.token)
        deadline = asyncio.get_running_loop().time() + wish.wait_s
        position = await self._position_of(event, deadline)
        if position is not None and await self._watermarks.reached(projection, position, deadline):
            return position
        if wish.lenient:
            return None
        waited = f"does not show it after {wish.wait_s:g} s"
        if self._watermarks.is_hurried:
            waited = "does not show it, and this process ends"
        message = f"{projection} {waited}; try again."
        raise ProjectionBehind(message, retry_after_s=1)

    async def _position_of(self, event: int, deadline: float) -> int | None:
        """Where the event stands in the log, once it is sequenced."""
        moves = self._watermarks.moves
        never = InvalidConsistencyToken("The token names a change that never happened.")
        if event > EVENT_ID_MAX:
            raise never
        position = await self._placed(event)
        if position is None and not await self._pool.fetchval(KNOWN, event):
            raise never
        while position is None and (now := asyncio.get_running_loop().time()) < deadline:
            if self._watermarks.is_hurried:
                return None
            await self._watermarks.moved_since(moves, min(deadline, now + ASK_AGAIN_S))
            moves = self._watermarks.moves
            position = await self._placed(event)
        return position

    async def _placed(self, event: int) -> int | None:
        (row,) = await self._pool.fetch(POSITION, event)
        self._tokens.check_epoch(row["epoch_id"])
        position: int | None = row["position"]
        return position
