"""Tells Redis what a follower has committed: first what changed, then how far it has come."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from plaza.kernel.database_errors import DATABASE_ERRORS
from plaza.outbox.channels import Channels, everything
from plaza.projecting.pushing import Pushing
from plaza.projecting.touching import Touching

TIMEOUT_S = 0.5
RETRY_DELAY_S = 0.25
FIRST_RETRY_DELAY_S = 0.02
"""It may be the connection alone that was lost."""
REPEAT_INTERVAL_S = 1.0
COVERING_INTERVAL_S = 0.05
TAGS_MAX = 2_000

# A change without a fact stands between two positions: what was made of rows as of the first may be
# older than the change, what is made of them as of the second is not.
BEHIND = 0.5

Copy = Callable[[Collection[str], int], Awaitable[None]]
"""Writes to Redis what the tags name, as of a position; awaited before the watermark is pushed.

It is called at every announcement, also where nothing has changed, and once a second.
"""

log = structlog.get_logger()


class Announcing(Protocol):
    """What a follower tells of its commits. It never waits for Redis."""

    @property
    def copied(self) -> int: ...
    @property
    def is_heard(self) -> bool: ...
    def took_over(self, copied: int) -> None: ...
    def committed(self, tags: Collection[str], upto: int) -> None: ...
    def changed(self, tags: Collection[str]) -> None: ...


class Announcer:
    """Announces what one projection's follower has committed, as fast as Redis takes it.

    Batches that are committed while one is being told are told together. While Redis is away,
    nothing is announced and the tags wait.

    Attributes:
        copied: the position up to which Redis was told what has changed.
    """

    def __init__(
        self,
        redis: Redis,
        channels: Channels,
        projection: str,
        pushing: Pushing,
        copy: Copy | None = None,
    ) -> None:
        self.copied = 0
        self._pushing = pushing
        self._projection = projection
        self._touching = Touching(redis, channels)
        self._copy = copy
        self._tags: set[str] = set()
        self._changed: dict[str, float] = {}
        self._upto: int | None = None
        self._takeovers = 0
        self._has_just_taken_over = False
        self._is_failing = False
        self._due = asyncio.Event()
        self._told = asyncio.Event()
        self._told.set()

    @property
    def is_heard(self) -> bool:
        """Whether Redis takes what is told."""
        return self._pushing.is_heard

    def took_over(self, copied: int) -> None:
        """Begin behind another follower, who had told as much."""
        self._takeovers += 1
        self._has_just_taken_over = True
        self.copied = copied

    def committed(self, tags: Collection[str], upto: int) -> None:
        """Note what a batch changed and how far it went."""
        self._tags.update(tags)
        if len(self._tags) > TAGS_MAX:
            self._tags = {everything(self._projection)}
        self._upto = upto
        is_first = self._has_just_taken_over
        self._has_just_taken_over = False
        if self._copy is None and not self._tags and not is_first and self._told.is_set():
            # There is nothing to be told but how far it has come, which is told again each second.
            # Behind a take-over there may be more: what the one before had not told.
            self.copied = max(self.copied, upto)
            self._pushing.note(self._projection, upto)
            return
        self._told.clear()
        self._due.set()

    def changed(self, tags: Collection[str]) -> None:
        """Note what changed though the log did not go on.

        It is touched as of the present position, however far the follower is by the time of the
        touch: copies that are made of later rows meanwhile contain these changes too.
        """
        self._changed.update(dict.fromkeys(tags, (self._upto or 0) + BEHIND))
        if tags:
            self._told.clear()
            self._due.set()

    async def run(self) -> None:
        """Tell, until cancelled; the last watermark again and again, for who has just come."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(REPEAT_INTERVAL_S):
                    await self._due.wait()
            if self._copy is not None and not self._tags:
                # Where nothing has changed, that what is copied covers more can wait for yet more.
                await asyncio.sleep(COVERING_INTERVAL_S)
            self._due.clear()
            was_failing = self._is_failing
            if self._upto is not None and not await self._tell_all(self._upto):
                await asyncio.sleep(RETRY_DELAY_S if was_failing else FIRST_RETRY_DELAY_S)
                self._due.set()

    async def finish(self, timeout_s: float) -> bool:
        """Wait until all was told; whether it was."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._told.wait()
        return self._told.is_set()

    async def _tell_all(self, upto: int) -> bool:
        """Tell what was noted until now; whether Redis took it."""
        tags, changed, takeovers = self._tags, self._changed, self._takeovers
        self._tags, self._changed = set(), {}
        is_told = await self._is_told(tags, changed, upto)
        if not is_told:
            self._tags |= tags
            self._changed = changed | self._changed
        elif takeovers == self._takeovers:
            self.copied = max(self.copied, upto)
        if is_told and not self._due.is_set():
            self._told.set()
        return is_told

    async def _is_told(self, tags: set[str], changed: dict[str, float], upto: int) -> bool:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._tell(tags, changed, upto)
        except (RedisError, *DATABASE_ERRORS) as error:
            self._note_failing(error)
            return False
        except Exception:
            log.exception("not_announced", projection=self._projection)
            return False
        self._note_failing(None)
        return True

    async def _tell(self, tags: set[str], changed: dict[str, float], upto: int) -> None:
        # An answer made of the copies before this was told is ended by the touch behind it.
        if self._copy is not None:
            await self._copy(tags | changed.keys(), upto)
        if tags:
            await self._touching.touch(tags, upto)
        for position in sorted({*changed.values()}):
            these = [tag for tag, behind in changed.items() if behind == position]
            await self._touching.touch(these, position)
        await self._pushing.push(self._projection, upto)

    def _note_failing(self, error: Exception | None) -> None:
        """Log the first of many failures, and the end of them."""
        if error is not None and not self._is_failing:
            log.warning("not_announced", projection=self._projection, error=repr(error))
        if error is None and self._is_failing:
            log.info("announced_again", projection=self._projection)
        self._is_failing = error is not None
