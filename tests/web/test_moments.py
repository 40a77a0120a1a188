from datetime import UTC, datetime, timedelta, timezone

import pytest

from actors import Marketplace
from plaza.web.parameters import moment_in_utc
from plaza.web.strict_json import InvalidInput

AHEAD, BEHIND = timezone(timedelta(hours=23)), timezone(-timedelta(hours=23))


def test_a_moment_is_understood_with_its_offset() -> None:
    given = datetime(2026, 11, 21, 13, tzinfo=timezone(timedelta(hours=1)))
    assert moment_in_utc(given, "placed_from") == datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert moment_in_utc(None, "placed_from") is None


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 21, 12),  # noqa: DTZ001  that is the example
        datetime(9999, 12, 31, 23, tzinfo=BEHIND),
        datetime(1, 1, 1, tzinfo=AHEAD),
    ],
    ids=["no offset", "after the calendar", "before the calendar"],
)
def test_a_moment_that_cannot_be_placed_is_refused(moment: datetime) -> None:
    with pytest.raises(InvalidInput, match="placed_from"):
        moment_in_utc(moment, "placed_from")


async def test_a_question_with_such_a_moment_is_malformed(marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()
    for moment in ("2026-11-21T12:00:00", "9999-12-31T23:00:00-23:00", "yesterday"):
        answer = await vendor.get(f"{vendor.path}/orders", params={"placed_to": moment})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input"), moment
        assert answer.json()["errors"][0]["pointer"] == "/query/placed_to"
