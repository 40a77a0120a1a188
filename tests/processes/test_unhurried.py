"""What nobody waits for does not look at the log at every fact."""

import time
from dataclasses import dataclass, field

import pytest

from plaza.processes.unhurried import Unhurried
from plaza.projecting.steps import Shard

SHARD = Shard(projection="patient", build=1)


@dataclass
class Log:
    """A follower that finds something as often as it is told to."""

    finds: list[bool]
    looks: int = 0
    forgot: int = 0
    shard: Shard = field(default=SHARD)
    rest_s: float = 0.0

    async def advance(self) -> bool:
        self.looks += 1
        return self.finds.pop(0)

    def forget(self) -> None:
        self.forgot += 1


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in a list of one."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


async def test_it_goes_on_while_there_is_anything(clock: list[float]) -> None:
    log = Log([True, True, False])
    follower = Unhurried(log, 0.5)

    assert [await follower.advance() for _ in range(3)] == [True, True, False]
    assert (log.looks, clock) == (3, [100.0])


async def test_it_looks_again_only_after_a_while(clock: list[float]) -> None:
    log = Log([False, True])
    follower = Unhurried(log, 0.5)

    assert not await follower.advance()
    clock[0] += 0.4
    assert not await follower.advance()
    assert log.looks == 1
    clock[0] += 0.2
    assert await follower.advance()


async def test_one_that_is_in_a_hurry_always_looks(clock: list[float]) -> None:
    log = Log([False, True])
    follower = Unhurried(log, 0)

    assert not await follower.advance()
    assert await follower.advance()
    assert clock == [100.0]


def test_it_begins_again_and_leases_like_the_other() -> None:
    log = Log([])
    follower = Unhurried(log, 0.5)
    follower.forget()

    assert (log.forgot, follower.shard) == (1, SHARD)
