"""Follows for a build as long as it is what it was when following began."""

import asyncpg

from plaza.projecting.builds import status_of
from plaza.projecting.follower import Follower


class Attending:
    """A follower that looks, whenever it begins, whether its build is still of the same status.

    A switch takes a step of both builds, so that whoever followed one of them until then is fenced
    and begins again. Without this look it would tell readers of what it writes into tables that
    they no longer read.
    """

    def __init__(self, connection: asyncpg.Connection, follower: Follower, status: str) -> None:
        self._connection = connection
        self._follower = follower
        self._status = status
        self._is_begun = False
        self.shard = follower.shard

    @property
    def rest_s(self) -> float:
        return self._follower.rest_s

    async def advance(self) -> bool:
        """Take the next batch, if there is one and the build is still what it was."""
        if not self._is_begun:
            found = await status_of(self._connection, self.shard.projection, self.shard.build)
            if found != self._status:
                return False
            self._is_begun = True
        return await self._follower.advance()

    def forget(self) -> None:
        self._is_begun = False
        self._follower.forget()
