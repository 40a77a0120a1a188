"""What the environment may say, and how it is told what is wrong."""

from pathlib import Path

import msgspec
import pytest

from plaza.settings import InvalidSetting, Settings, settings_from

STRONG = "kJ8mQ2vX9zL4pR7nT5wY3cB6hF1dG0sA"
URL = "postgresql://plaza_owner:canary@db.example/plaza"


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    for name, text in (("key", STRONG), ("url", URL), ("port", "8001")):
        (tmp_path / name).write_text(f"{text}\n")
    settings = settings_from(
        {
            "PLAZA_SECRET_KEY_FILE": str(tmp_path / "key"),
            "PLAZA_DATABASE_URL_FILE": str(tmp_path / "url"),
            "PLAZA_PORT_FILE": str(tmp_path / "port"),
        }
    )
    assert settings.secret() == STRONG.encode()
    assert (settings.database_url, settings.port) == (URL, 8001)
    assert settings_from(settings.environment()) == settings


def test_a_file_beside_the_setting_or_one_that_is_gone_stops_the_start(tmp_path: Path) -> None:
    gone = {"PLAZA_SECRET_KEY_FILE": str(tmp_path / "gone")}
    with pytest.raises(InvalidSetting, match=r"PLAZA_SECRET_KEY_FILE names .*gone, which"):
        settings_from(gone)
    with pytest.raises(InvalidSetting, match="both set; one of them has to go"):
        settings_from(gone | {"PLAZA_SECRET_KEY": STRONG})


@pytest.mark.parametrize(
    ("variable", "text", "problem"),
    [
        ("PLAZA_ALLOWED_HOSTS", "https://shop.example", "is no host"),
        ("PLAZA_CORS_ORIGINS", "shop.example", "is no origin"),
        ("PLAZA_TRUSTED_PROXIES", "proxy.example", "does not appear to be"),
        ("PLAZA_HEADER_TIMEOUT_S", "0", "Expected `float`"),
        ("PLAZA_HEADER_TIMEOUT_S", "61", "Expected `float`"),
        ("PLAZA_BODY_TIMEOUT_S", "-1", "Expected `float`"),
        ("PLAZA_BODY_TIMEOUT_S", "inf", "Expected `float`"),
        ("PLAZA_BODY_TIMEOUT_S", "nan", "Expected `float`"),
        ("PLAZA_CURRENCY", "DEM", "it is tender nowhere"),
        ("PLAZA_CURRENCY", "ABC", "it is tender nowhere"),
        ("PLAZA_UNREAD_TIMEOUT_S", "soon", "Expected `float`"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(variable: str, text: str, problem: str) -> None:
    with pytest.raises(InvalidSetting, match=rf"^{variable}='{text}' cannot be used: .*{problem}"):
        settings_from({variable: text})


@pytest.mark.parametrize(
    "secret",
    ["", "short", STRONG[:31], "a" * 64, "changeme" * 8, "my-super-secret-key-for-production-123"],
)
def test_a_weak_secret_is_refused_with_advice_and_never_shown(secret: str) -> None:
    with pytest.raises(InvalidSetting, match="openssl rand -base64 48") as refused:
        Settings(secret_key=secret).secret()
    assert str(refused.value).startswith("PLAZA_SECRET_KEY ")
    assert not secret or secret not in str(refused.value)


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaa", "operator-password", "p4ss"])
def test_a_weak_password_of_the_operator_is_refused_with_advice(password: str) -> None:
    with pytest.raises(InvalidSetting, match=r"PLAZA_OPERATOR_PASSWORD .*openssl rand -base64 18"):
        Settings(operator_password=password).check_operator_password()


@pytest.mark.parametrize("password", [None, "correct horse battery", STRONG])
def test_a_good_password_or_none_passes(password: str | None) -> None:
    Settings(operator_password=password).check_operator_password()


# fault 83
def test_settings_can_be_shown_without_their_secrets() -> None:
    settings = Settings(
        secret_key="canary", operator_password="canary", database_url=URL, redis_url=URL
    )
    for shown in (repr(settings), str(settings), f"{[settings]}"):
        assert "canary" not in shown
        assert "plaza_owner:[redacted]@db.example" in shown
    assert "host='127.0.0.1'" in repr(settings)
    assert settings.environment()["PLAZA_SECRET_KEY"] == "canary"
    assert msgspec.structs.replace(settings, port=1).secret_key == "canary"
