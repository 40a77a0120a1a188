"""What a browser carries of a log-in elsewhere that is under way."""

from datetime import UTC, datetime, timedelta

import pytest

from plaza.contexts.identity.oidc import ATTEMPT_LIFETIME, OidcAttempts, OidcAttemptUnknown

BEGUN = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = b"k" * 32


def attempts(after: timedelta = timedelta(), key: bytes = KEY) -> OidcAttempts:
    return OidcAttempts(key, lambda: BEGUN + after)


def test_an_attempt_comes_back_as_it_was_begun() -> None:
    begun = attempts().begin("friend", "https://shop.example/")
    late = attempts(ATTEMPT_LIFETIME - timedelta(seconds=1))

    assert late.opened(attempts().sealed(begun), "friend", begun.state) == begun


def test_no_two_attempts_have_anything_in_common() -> None:
    one, other = (attempts().begin("friend", "/") for _ in range(2))

    told = [*(getattr(a, name) for a in (one, other) for name in ("state", "nonce", "verifier"))]
    assert len(set(told)) == 6
    assert one.id != other.id
    assert attempts().sealed(one) != attempts().sealed(one)


@pytest.mark.parametrize("case", ["provider", "state", "no state", "time", "key", "changed"])
def test_it_is_good_for_its_provider_its_state_and_its_time_only(case: str) -> None:
    begun = attempts().begin("friend", "/")
    cookie = attempts().sealed(begun)
    late = attempts(ATTEMPT_LIFETIME)
    reader = {"time": late, "key": attempts(key=b"x" * 32)}.get(case, attempts())
    cookie = cookie[:-8] + "AAAAAAA=" if case == "changed" else cookie
    state = {"state": begun.nonce, "no state": None}.get(case, begun.state)

    with pytest.raises(OidcAttemptUnknown):
        reader.opened(cookie, "stranger" if case == "provider" else "friend", state)
