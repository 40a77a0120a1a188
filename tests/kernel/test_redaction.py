import time
from uuid import UUID

import pytest

from plaza.kernel.redaction import REDACTED, is_secret_name, redacted, redacted_value

CANARY = "canary"
JWT = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJjYW5hcnkifQ.canary_signature-1"


# fault 83
@pytest.mark.parametrize(
    "text",
    [
        "plz_live_canary0123456789_abc-DEF",
        JWT,
        f"invalid token {JWT}: expired",
        "Authorization: Bearer canary",
        "{'authorization': 'Bearer canary'}",
        "[(b'authorization', b'Basic canary'), (b'accept', b'*/*')]",
        "(b'cookie', b'plaza_session=canary; x=canary')",
        "Set-Cookie: plaza_access=canary",
        "cannot reach postgresql://plaza_owner:canary@db.example/plaza",
        "postgresql://plaza_owner:p@ss/canary@db.example/plaza",
        "redis://:canary@valkey.example:6379/0",
        "smtp://mailer:canary@mail.example:587",
        "postgresql://db.example/plaza?user=x&password=canary&ssl=1",
        '{"email": "a@b.example", "password": "canary of \\"words\\" canary", "name": "x"}',
        "password='canary'",
        "new_password: canary",
        "refresh_token=canary&x=1",
        "api_key=canary api-key: canary",
        "$argon2id$v=19$m=19456,t=2,p=1$canary$canary",
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str) -> None:
    assert CANARY not in redacted(text)
    assert REDACTED in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "product 0199-aa changed",
        "postgresql://plaza_owner@/plaza?host=/run/postgresql",
        "https://shop.example:8443/products?page=2",
        "GET /v1/products took 12 ms",
        "eyJ is how a token begins",
    ],
)
def test_what_is_no_secret_is_left_alone(text: str) -> None:
    assert redacted(text) == text


def test_what_stands_beside_a_secret_is_left() -> None:
    line = "cannot reach postgresql://plaza_owner:canary@db.example/plaza: refused"
    assert redacted(line) == (
        f"cannot reach postgresql://plaza_owner:{REDACTED}@db.example/plaza: refused"
    )


# fault 83
def test_values_are_masked_by_their_names_at_any_depth() -> None:
    event = {
        "event": "failed",
        "password": CANARY,
        "headers": {"Authorization": CANARY, "X-Api-Key": CANARY, "set-cookie": [CANARY]},
        "rows": [{"secret_hash": CANARY.encode(), "id": UUID(int=7)}, ("Bearer canary",)],
        "smtp_password": CANARY,
        "count": 3,
        "ratio": 0.5,
        "done": True,
        "refresh_token": None,
    }
    cleaned = redacted_value(event)
    assert CANARY not in repr(cleaned)
    assert cleaned["headers"].keys() == event["headers"].keys()  # type: ignore[attr-defined]
    assert (cleaned["event"], cleaned["count"], cleaned["ratio"]) == ("failed", 3, 0.5)
    assert (cleaned["done"], cleaned["refresh_token"]) == (True, None)
    assert "00000007" in cleaned["rows"][0]["id"]


def test_the_names_of_secrets_are_known() -> None:
    assert all(
        is_secret_name(name)
        for name in (
            "password",
            "operator_password",
            "SECRET_KEY",
            "apiKey",
            "Cookie",
            "csrf_token",
        )
    )
    assert not any(is_secret_name(name) for name in ("event", "email", "key", "path", "database"))


@pytest.mark.parametrize(
    "piece",
    ["a", "://", "://a:", "eyJ", "eyJaaaaaa.", "password", "password=", '"', "Bearer ", "$"],
)
def test_a_hostile_text_is_cleaned_in_time_that_grows_with_its_length(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    begun = time.process_time()
    redacted(text)
    assert time.process_time() - begun < 1
