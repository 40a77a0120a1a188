from typing import Annotated

import msgspec
from msgspec import Meta

Seconds = Annotated[float, Meta(ge=0, le=600)]


class Behaviour(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How the sandbox tries its caller; changed by PUT while it works, for tests and harnesses."""

    slow_s: Seconds = 3.0
    """How long `tok_slow` takes."""
    hangs_s: Seconds = 60.0
    """How long `tok_timeout_after_charge` keeps its caller waiting after it has charged."""
    tells_all: bool = False
    """Tell of every outcome by webhook, not only of those that nobody was there to be told."""
    webhook_delay_s: Seconds = 0.0
    """Late webhooks."""
    webhook_copies: Annotated[int, Meta(ge=1, le=100)] = 1
    """Repeated webhooks: as many at the same time."""
    newest_first: bool = False
    """Reordered webhooks: what happens within the delay is told the last one first."""
