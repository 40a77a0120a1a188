"""What there is to follow, and which part of it is one process's share."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from typing import Protocol

import asyncpg
import msgspec

from plaza.outbox.channels import watermark_name
from plaza.projecting.announcer import Announcer
from plaza.projecting.routing import Part
from plaza.projecting.steps import Shard


class Following(Protocol):
    """Something that goes along the log step by step."""

    shard: Shard

    @property
    def rest_s(self) -> float:
        """How long to wait after a batch, so that the next one is large enough to be worth it."""

    async def advance(self) -> bool: ...
    def forget(self) -> None: ...


Follow = Callable[[asyncpg.Connection], Awaitable[Following]]
"""Makes a follower that works on a connection."""


class Post(msgspec.Struct, frozen=True):
    """What one follower is for."""

    shard: Shard
    status: str = "live"
    """What its build is; where that changes, following begins anew."""
    shards: int = 1
    """How many shards its build has."""

    @property
    def part(self) -> Part:
        """Which documents it is for."""
        return Part(self.shard.shard, self.shards)

    @property
    def watermark(self) -> str:
        """Under which name its progress is pushed, where readers see its build."""
        shard = self.shard
        return watermark_name(shard.projection, shard.build, shard.shard, self.shards)


FOLLOWED = """
    SELECT projection, build, schema_version, status, shards FROM projecting.build
    WHERE status IN ('live', 'ready', 'kept')
"""


async def posts_now(
    connection: asyncpg.Connection, schema_versions: Mapping[str, int]
) -> list[Post]:
    """The posts of the builds that this version of plaza can follow, by name and schema."""
    return [
        Post(Shard(row["projection"], row["build"], number), row["status"], row["shards"])
        for row in await connection.fetch(FOLLOWED)
        if schema_versions.get(row["projection"]) == row["schema_version"]
        for number in range(row["shards"])
    ]


class Duty(msgspec.Struct, frozen=True):
    """What is done at a post."""

    follow: Follow
    announcer: Announcer | None = None
    """Who tells Redis of its commits; none where nobody reads what it writes."""


Roster = Callable[[asyncpg.Connection], Awaitable[Mapping[Post, Callable[[], Duty]]]]
"""Which posts there are just now, and how to begin at each."""


class Share:
    """How many posts one of several processes stands at, and which it takes or leaves first.

    Shards of one build are worth most where they are followed in different processes.
    """

    def __init__(self, posts: Collection[Post], members: int, staying: list[Shard]) -> None:
        self._posts = posts
        self._members = members
        self._builds = Counter(_build_of(post.shard) for post in posts)
        self.staying = staying

    @property
    def most(self) -> int:
        return _divided_up(len(self._posts), self._members)

    def excess(self) -> Iterator[Shard]:
        """The shards to leave, so that others can have their share."""
        while len(self.staying) > self.most:
            left = max(self.staying, key=self._surplus)
            self.staying.remove(left)
            yield left

    def wanted(self, taken: Collection[Shard]) -> Iterator[Post]:
        """Posts to try, the fittest first, until there are enough; whoever gets one adds it."""
        free = [post for post in self._posts if post.shard not in taken]
        while free and len(self.staying) < self.most:
            post = min(free, key=lambda post: self._surplus(post.shard))
            free.remove(post)
            yield post

    def _surplus(self, shard: Shard) -> tuple[int, int]:
        """How many more shards of its build are here than in an even distribution.

        Where that is the same, those of a build with many shards come first, and go last.
        """
        build = _build_of(shard)
        here = sum(_build_of(other) == build for other in self.staying)
        return here - _divided_up(self._builds[build], self._members), -here


def _build_of(shard: Shard) -> tuple[str, int]:
    return shard.projection, shard.build


def _divided_up(count: int, among: int) -> int:
    return -(-count // among)
