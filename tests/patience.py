"""Longer waits than a storefront's: on a busy machine everything is late now and then."""

from plaza.outbox import breaker
from plaza.web import answering
from plaza.web.rate_limits import opening

SHIPPED_COPIES_BUDGET_S = breaker.BUDGET_S
SHIPPED_LIMITS_BUDGET_S = opening.REDIS_BUDGET_S
PATIENT_BUDGET_S = 2.0
PATIENT_WAIT_S = 10.0
CLOCK_TICK_S = 0.002
"""By so much a loop may be early: its clock stands within a turn, and counts milliseconds."""


def wait_longer() -> None:
    """For Redis, and for read models; in this process only, others wait as they ship."""
    breaker.BUDGET_S = opening.REDIS_BUDGET_S = PATIENT_BUDGET_S
    # Where it is read, which is not where it is defined.
    answering.WAIT_DEFAULT_S = PATIENT_WAIT_S  # type: ignore[attr-defined]
