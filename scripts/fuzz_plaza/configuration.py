"""A turn as schemathesis is told it."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from schemathesis.config import SchemathesisConfig

from fuzz_plaza.authentication import PEERS
from fuzz_plaza.checking import CHECKS
from fuzz_plaza.known import known_values
from fuzz_plaza.people import Belongings
from fuzz_plaza.turns import Turn

PHASES = ("examples", "coverage", "fuzzing", "stateful")
REQUEST_TIMEOUT_S = 10


def configuration(
    turn: Turn,
    origin: str,
    belongings: Belongings,
    log_ins: Path,
    phases: Collection[str],
    *,
    keeps_going: bool,
) -> SchemathesisConfig:
    """Everything on; the seed and the time of the turn."""
    return SchemathesisConfig.from_dict(
        {
            "seed": turn.seed,
            "max-time": turn.seconds,
            **({} if keeps_going else {"max-failures": 1}),
            "continue-on-failure": keeps_going,
            "base-url": origin,
            "request-timeout": REQUEST_TIMEOUT_S,
            "suppress-health-check": ["all"],
            # A seed is to give the same requests tomorrow, whatever was found today.
            "cache": {"enabled": False},
            "generation": {"database": "none"},
            # The accounts end with the plaza; without their tokens no command repeats a failure.
            "output": {"sanitization": {"enabled": False}},
            "phases": _phases(phases),
            "checks": CHECKS,
            "auth": _auth(turn, log_ins),
            **known_values(belongings),
        }
    )


def _phases(wanted: Collection[str]) -> dict[str, Any]:
    enabled: dict[str, dict[str, Any]] = {name: {"enabled": name in wanted} for name in PHASES}
    # Ids of earlier answers would come before those that were made for the turn.
    for name in ("examples", "coverage"):
        enabled[name]["extra-data-sources"] = {"responses": False}
    # The document has links of its own; those guessed by name send ids as X-Request-Id.
    enabled["stateful"]["inference"] = {"algorithms": ["location-headers"]}
    return enabled


def _auth(turn: Turn, log_ins: Path) -> dict[str, Any]:
    if turn.caller == "anonymous":
        return {"auto-signup": False}
    return {"wfc": {"path": str(log_ins), "user": turn.caller, "peers": PEERS}}
