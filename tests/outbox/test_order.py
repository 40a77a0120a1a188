"""The short form of `scripts/soak order`."""

from functools import partial
from random import randrange

import asyncpg

from plaza.embedded.servers import temporary_cluster
from plaza.entrypoints.installation import migrate
from soaking.log_server import log_settings
from soaking.order import Stress, stressed
from soaking.sequencers import TerminatedSequencers

STRESS_S = 6


async def test_no_event_is_lost_repeated_or_misplaced_whatever_writers_and_killers_do() -> None:
    # fault 3, fault 4, fault 10, fault 11, fault 12, fault 85
    stress = Stress(seconds=STRESS_S, writers=16, held_s=1.5, seed=randrange(2**32))  # noqa: S311
    with temporary_cluster() as cluster:
        settings = log_settings(cluster, partition_size=2_000)
        await migrate(settings)
        connect = partial(asyncpg.connect, settings.database_url)
        sequencers = TerminatedSequencers(connect, stress.seed, interval_s=0.3)
        outcome = await stressed(settings, stress, sequencers.running)
    assert outcome.verdict.is_clean, f"seed {stress.seed}: {outcome.verdict}"
    assert outcome.verdict.events > 1_000
    assert outcome.kills > STRESS_S
