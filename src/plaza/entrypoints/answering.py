"""Puts together what an API process answers queries with."""

from litestar.datastructures import State
from redis.asyncio import Redis

from plaza.kernel.keys import derived_key
from plaza.outbox.channels import Channels
from plaza.reading.cursor import Cursors
from plaza.reading.freshness import Freshness
from plaza.reading.sorted_sets import SortedReads
from plaza.settings import Settings
from plaza.web.answering import Answering
from plaza.web.caching import Caching


def answering_of(
    settings: Settings, state: State, redis: Redis, channels: Channels, freshness: Freshness
) -> Answering:
    """What answers; pools, near cache and authenticator are in the state already."""
    return Answering(
        pool=state.pool,
        private=state.reads,
        cursors=Cursors(derived_key(settings.secret(), "cursor")),
        freshness=freshness,
        watermarks=state.watermarks,
        authenticator=state.authenticator,
        redis=redis,
        channels=channels,
        near=state.near,
        sorted_reads=SortedReads(redis, channels, state.watermarks),
        caching=Caching(settings),
    )
