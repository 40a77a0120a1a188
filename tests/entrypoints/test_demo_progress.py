"""What is told of loading the demo marketplace."""

import pytest
from rich.console import Console

from plaza.embedded.refusal import CannotStart
from plaza.entrypoints.supervising import demo_progress
from plaza.entrypoints.supervising.demo_progress import loaded_with_progress
from plaza.settings import Settings
from plaza.writing.failures import DatabaseUnavailable

LOST = DatabaseUnavailable("Nothing was changed; try again in a moment.")


@pytest.mark.parametrize(
    "failure",
    [
        ExceptionGroup("vendors", [ExceptionGroup("shops", [LOST, LOST]), LOST]),
        ConnectionRefusedError("connection refused."),
    ],
)
async def test_a_server_that_fails_meanwhile_is_one_sentence_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    async def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(demo_progress, "load_demo", fail)
    with pytest.raises(CannotStart, match=r"not loaded to its end: .+\. What.+ start again"):
        await loaded_with_progress(Settings(), Console(quiet=True))
