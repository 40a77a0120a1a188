import secrets

import pytest

from plaza.kernel.secret_strength import weakness_of


def test_random_secrets_are_strong() -> None:
    for _ in range(200):
        assert weakness_of(secrets.token_urlsafe(24), 32) is None
        assert weakness_of(secrets.token_hex(16), 32) is None
        assert weakness_of(secrets.token_urlsafe(12), 12) is None


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        ("", "has 0 characters"),
        ("kJ8#mQ2!vX9$zL4%pR7&nT5*wY3(cB6", "has 31 characters"),
        ("a" * 64, "has 1 different"),
        ("01" * 32, "has 2 different"),
        ("kJ8#mQ2!vX9$zL4%" * 3, "again and again"),
        ("changeme-changeit-secret-password-plaza", "everybody tries first"),
        ("my-super-secret-key-for-production-123", "everybody tries first"),
        ("SECRET_KEY_PLAZA_PRODUCTION_PASSWORD_1", "everybody tries first"),
    ],
)
def test_a_weak_secret_is_told_why(secret: str, reason: str) -> None:
    assert reason in str(weakness_of(secret, 32))


@pytest.mark.parametrize("password", ["password1234", "Operator-Password", "changeme!changeme?"])
def test_a_password_that_everybody_tries_is_weak(password: str) -> None:
    assert weakness_of(password, 12) is not None


def test_a_sentence_may_hold_such_words() -> None:
    assert weakness_of("my cat keeps a secret from the key keeper", 32) is None
