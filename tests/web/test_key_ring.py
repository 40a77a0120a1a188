"""Which of the installation's keys signs."""

from datetime import UTC, datetime, timedelta

import pytest

from plaza.web.access_tokens import KeyRing, SigningKey, key_of_seed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = key_of_seed(bytes(32))


def a_key(signs_in_s: float, retires_in_s: float | None = None) -> SigningKey:
    retires_at = None if retires_in_s is None else NOW + timedelta(seconds=retires_in_s)
    return SigningKey(KEY, NOW + timedelta(seconds=signs_in_s), retires_at)


@pytest.mark.parametrize(
    ("keys", "signs"),
    [
        ({"older": a_key(-60), "newer": a_key(-30)}, "newer"),
        ({"present": a_key(-60), "next": a_key(30)}, "present"),
        ({"retired": a_key(-60, -1), "made by a clock ahead": a_key(0.1)}, "made by a clock ahead"),
        ({"soon": a_key(0.1), "later": a_key(30)}, "soon"),
    ],
)
def test_the_newest_key_that_is_due_signs_or_the_next_where_none_is(
    keys: dict[str, SigningKey], signs: str
) -> None:
    key_id, _ = KeyRing(keys).signing(NOW)

    assert key_id == signs
