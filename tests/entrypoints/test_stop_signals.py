import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from plaza.entrypoints.supervising.stop_signals import STOP_SIGNALS, StopSignals


@pytest.fixture(autouse=True)
def _heard() -> Iterator[None]:
    """Whoever started the tests may have had a signal ignored, as `nohup` has a closed terminal."""
    before = [(number, signal.getsignal(number)) for number in STOP_SIGNALS]
    for number in STOP_SIGNALS:
        signal.signal(number, signal.default_int_handler)
    yield
    for number, handler in before:
        signal.signal(number, handler)


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_signal_ends_the_block(number: signal.Signals) -> None:
    reached = []
    with StopSignals():
        os.kill(os.getpid(), number)
        reached.append("after the signal")
    assert reached == []


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_signal_cancels_the_work_and_lets_it_clean_up_undisturbed(number: signal.Signals) -> None:
    steps = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), number)
            await asyncio.sleep(0.01)
            steps.append("cleaned up")

    with StopSignals() as signals:
        signals.run(work())
        steps.append("went on")
    assert steps == ["cleaned up", "went on"]


def test_an_error_of_the_work_comes_out() -> None:
    async def work() -> None:
        raise LookupError

    with pytest.raises(LookupError), StopSignals() as signals:
        signals.run(work())


def test_the_handlers_are_as_before_afterwards() -> None:
    before = [signal.getsignal(number) for number in STOP_SIGNALS]
    with StopSignals():
        pass
    assert [signal.getsignal(number) for number in STOP_SIGNALS] == before


def test_a_signal_that_was_ignored_stays_ignored() -> None:
    program = (
        "import os, signal; from plaza.entrypoints.supervising.stop_signals import StopSignals\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "with StopSignals():\n"
        "    os.kill(os.getpid(), signal.SIGHUP)\n"
        "    print('went on')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "went on\n"
