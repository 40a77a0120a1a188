"""Who has the word when, and for how long."""

from collections.abc import Iterator, Sequence
from typing import Literal, get_args

import msgspec

Caller = Literal["anonymous", "owner", "operator", "key"]

CALLERS: tuple[Caller, ...] = get_args(Caller)
WEIGHTS: dict[Caller, int] = {"anonymous": 2, "owner": 3, "operator": 3, "key": 2}
ROUND_SECONDS_MAX = 240
"""Vendors, products and sessions are used up by a turn; a long fuzz makes new ones."""


class Turn(msgspec.Struct, frozen=True):
    caller: Caller
    seed: int
    seconds: int


def turns(seconds: int, seed: int, callers: Sequence[Caller]) -> Iterator[Turn]:
    """Share the time out: one turn a caller, in rounds, each round with the next seed."""
    rounds = max(1, round(seconds / ROUND_SECONDS_MAX))
    weight = sum(WEIGHTS[caller] for caller in callers)
    for number in range(rounds):
        for caller in callers:
            share = seconds * WEIGHTS[caller] / weight / rounds
            yield Turn(caller, seed + number, max(1, round(share)))
