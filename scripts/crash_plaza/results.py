"""What a run came to."""

import msgspec
from oversell_plaza.history import Violation


class Result(msgspec.Struct, frozen=True):
    """One run's.

    Attributes:
        killed: processes, by role.
        troubles: of the network and the servers.
        unavailable: answers that said 503.
    """

    seed: int
    duration_s: float
    killed: dict[str, int]
    troubles: dict[str, int]
    acknowledged: int
    refused: int
    unknown: int
    reads: int
    stale_reads: int
    unavailable: int
    facts: int
    violations: list[Violation]
