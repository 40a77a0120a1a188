"""An API process on a host whose clock is wrong; the tests start it with granian.

By how many seconds stands in a file that is read at each look at the clock, so that it can jump.
`tests/layout/test_clocks.py` says who may look at the host's clock at all.
"""

import os
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from litestar import Litestar

from plaza.entrypoints.api import create_app as create_plaza
from plaza.kernel import clock

SKEW_FILE = "SKEW_FILE"


class WrongClock:
    """In place of `datetime` where plaza reads the host's clock."""

    @staticmethod
    def now(zone: tzinfo) -> datetime:
        return datetime.now(zone) + timedelta(seconds=_skew_s())


def create_app() -> Litestar:
    right = time.time
    time.time = lambda: right() + _skew_s()
    setattr(clock, "datetime", WrongClock)  # noqa: B010  mypy knows it as a class to construct
    return create_plaza()


def _skew_s() -> float:
    return float(Path(os.environ[SKEW_FILE]).read_text())
