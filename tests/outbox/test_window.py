"""The newest part of the log, read once for many followers."""

import asyncio
import random
from collections.abc import Sequence

import asyncpg
import pytest

from plaza.outbox import window as window_file
from plaza.outbox.read import Stretch, read_stretch
from plaza.outbox.window import LogWindow
from soaking.one_log import Log

CHANGED = "soaking.thing_changed.v1"


async def sequenced(log: Log, facts: int) -> None:
    await log.commits(facts)
    await (await log.sequencer()).tick()


class CountedReads:
    """How often a log itself is read; other windows of this process read other logs."""

    def __init__(self, log: Log, patch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self._connection = log.connection
        patch.setattr(window_file, "read_stretch", self.read)

    async def read(
        self, connection: asyncpg.Connection, after: int, limit: int, types: Sequence[str] | None
    ) -> Stretch:
        self.count += connection is self._connection
        return await read_stretch(connection, after, limit, types)


async def test_it_tells_what_the_log_tells(log: Log) -> None:
    await sequenced(log, 30)
    window, choose = LogWindow(), random.Random(7)  # noqa: S311  the choice is no secret
    for _ in range(200):
        after, limit = choose.randrange(32), choose.randrange(1, 40)
        types = choose.choice([None, [CHANGED], ["soaking.other.v1"], []])
        if choose.random() < 0.1:
            await sequenced(log, 1)
        found = await window.read_stretch(log.connection, after, limit, types)
        # The window may have been read a moment ago, and is never ahead of the log.
        expected = await read_stretch(log.connection, after, limit, types)
        assert found.facts == expected.facts[: len(found.facts)]
        assert found.upto <= expected.upto
        assert found.length == found.upto - after or not found.length


async def test_what_is_sequenced_before_one_asks_is_found(log: Log) -> None:
    window = LogWindow()
    for facts in range(1, 20):
        await sequenced(log, 1)
        found = await window.read_stretch(log.connection, facts - 1, 500, [CHANGED])
        assert [fact.position for fact in found.facts] == [facts]


async def test_many_who_ask_at_once_share_the_reading(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sequenced(log, 5)
    reads, window = CountedReads(log, monkeypatch), LogWindow()

    found = await asyncio.gather(
        *(window.read_stretch(log.connection, 0, 500, [CHANGED]) for _ in range(40))
    )

    assert {stretch.upto for stretch in found} == {5}
    assert reads.count <= 2


async def test_whoever_is_far_behind_reads_by_itself(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sequenced(log, 9)
    reads, window = CountedReads(log, monkeypatch), LogWindow()
    await window.read_stretch(log.connection, 6, 500, None)

    behind = await window.read_stretch(log.connection, 2, 3, None)

    assert [fact.position for fact in behind.facts] == [3, 4, 5]
    assert reads.count == 2


async def test_nobody_looks_whether_the_log_has_grown_before_it_is_told(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    rings = 0
    reads, window = CountedReads(log, monkeypatch), LogWindow(lambda: rings)
    await sequenced(log, 2)
    assert (await window.read_stretch(log.connection, 0, 500, None)).upto == 2
    await sequenced(log, 1)

    for _ in range(3):
        assert (await window.read_stretch(log.connection, 2, 500, None)).length == 0
    assert reads.count == 1

    rings += 1
    assert (await window.read_stretch(log.connection, 2, 500, None)).upto == 3
    assert reads.count == 2
