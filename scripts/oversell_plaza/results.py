"""What a race is to be like, and what it came to."""

import msgspec

from oversell_plaza.history import Violation


class Wish(msgspec.Struct, frozen=True):
    """What kind of race it is to be.

    Attributes:
        crashes: `off`, `on`, or `all` for the database servers too.
        spread_s: buyers arrive within so many seconds.
    """

    buyers: int
    units: int
    offers: int
    buckets: bool
    crashes: str
    spread_s: float


class Result(msgspec.Struct, frozen=True):
    """What one race came to.

    Attributes:
        repeats: requests that were sent once more, after a 503 or a lost connection.
        sold: units in orders that were placed, of all offers.
        bought_late: those of them that had come back from failed payments.
    """

    seed: int
    duration_s: float
    settling_s: float
    killed: dict[str, int]
    repeats: int
    orders: int
    sold: int
    bought_late: int
    declined: int
    sold_out_answers: int
    facts: int
    violations: list[Violation]
