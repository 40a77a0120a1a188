"""At which posts one process stands: its even share of those that there are."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg

from plaza.projecting.doorbell import Doorbell, wait
from plaza.projecting.leases import Leases
from plaza.projecting.members import Membership
from plaza.projecting.posts import Duty, Post, Roster, Share
from plaza.projecting.steps import Shard

LOOK_INTERVAL_S = 0.25
LOOK_TIMEOUT_S = 5.0


class Standing:
    """One post at which this process stands, until it is told to leave."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.leaving = asyncio.Event()


Stand = Callable[[Standing, Duty], Coroutine[Any, Any, None]]
"""Stands at a post; told to leave, it ends between two batches."""


class Keeping:
    """Takes posts that are free, and gives up what is more than this process's share.

    Nobody says who stands where: each process counts the others, and leases keep two of them from
    the same post. Whoever comes or dies costs the others one look.
    """

    def __init__(
        self, membership: Membership, roster: Roster, stand: Stand, tasks: asyncio.TaskGroup
    ) -> None:
        self._membership = membership
        self._roster = roster
        self._stand = stand
        self._tasks = tasks
        self._standings: dict[Shard, Standing] = {}
        self._ended: set[Shard] = set()
        self._none_stands = asyncio.Event()
        self._none_stands.set()
        self._is_stopping = False
        self.bell = Doorbell()

    async def keep(self, connection: asyncpg.Connection) -> None:
        """Look again and again, on the connection that has the leases."""
        # Nothing of what is written here outlives the connection, so that no disk is waited for.
        await connection.execute("SET synchronous_commit = off")
        await self._membership.begin(connection)
        leases = Leases(connection)
        while not self._is_stopping:
            rung = self.bell.listen()
            async with asyncio.timeout(LOOK_TIMEOUT_S):
                await self._look(connection, leases)
            await wait(rung, LOOK_INTERVAL_S)
        await self.stood()
        await self._membership.leave(connection)

    def stop(self) -> None:
        """Leave everything, and take nothing more."""
        self._is_stopping = True
        for standing in self._standings.values():
            standing.leaving.set()
        self.bell.ring()

    async def stood(self) -> None:
        """Wait until no follower is at work any more."""
        await self._none_stands.wait()

    async def _look(self, connection: asyncpg.Connection, leases: Leases) -> None:
        members = await self._membership.count(connection)
        posts = await self._roster(connection)
        for shard in self._ended.copy():
            await leases.give_up(shard)
            self._ended.discard(shard)
        for shard in self._staying():
            standing = self._standings[shard]
            if standing.post not in posts or not await leases.hold(shard):
                standing.leaving.set()
        share = Share(posts, members, self._staying())
        for shard in share.excess():
            self._standings[shard].leaving.set()
        for post in share.wanted(self._standings):
            if await leases.hold(post.shard):
                share.staying.append(post.shard)
                self._begin(post, posts[post]())

    def _staying(self) -> list[Shard]:
        standings = self._standings.items()
        return [shard for shard, standing in standings if not standing.leaving.is_set()]

    def _begin(self, post: Post, duty: Duty) -> None:
        standing = self._standings[post.shard] = Standing(post)
        self._ended.discard(post.shard)
        self._none_stands.clear()
        if self._is_stopping:
            standing.leaving.set()
        task = self._tasks.create_task(self._stand(standing, duty))
        task.add_done_callback(lambda _: self._end(post.shard))

    def _end(self, shard: Shard) -> None:
        del self._standings[shard]
        self._ended.add(shard)
        if not self._standings:
            self._none_stands.set()
        self.bell.ring()
