"""Providers as an operator sets them."""

import json
from typing import Any

import pytest

from plaza.kernel.oidc_providers import OidcProviders
from plaza.settings import InvalidSetting, settings_from

FRIEND = {"issuer": "https://id.friend.example", "client_id": "plaza", "client_secret": "hush!"}


def given(name: str = "friend", **changes: Any) -> dict[str, str]:
    told = {key: value for key, value in (FRIEND | changes).items() if value is not None}
    return {"PLAZA_OIDC_PROVIDERS": json.dumps({name: told})}


def test_a_provider_is_read_and_handed_on_to_child_processes() -> None:
    settings = settings_from(given())
    again = settings_from(settings.environment())

    assert again.oidc_providers == settings.oidc_providers
    assert again.oidc_providers["friend"].client_secret == FRIEND["client_secret"]
    assert again.oidc_providers["friend"].scopes == ("openid", "email", "profile")
    assert settings_from({}).oidc_providers == OidcProviders()


def test_the_secret_stands_in_no_log() -> None:
    assert "hush!" not in repr(settings_from(given()))


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        (given(issuer="http://id.friend.example"), "https"),
        (given(issuer="https://id.friend.example?a=b"), "https"),
        (given(issuer="https://ann@id.friend.example"), "https"),
        (given(issuer="id.friend.example"), "https"),
        (given(issuer=None), "issuer"),
        (given(client_secret=""), "length"),
        (given(scope="openid"), "unknown field `scope`"),
        (given(scopes=["email"]), "openid"),
        (given(name="../friend"), "regex"),
        ({"PLAZA_OIDC_PROVIDERS": "friend"}, "wanted is JSON"),
        ({"PLAZA_OIDC_PROVIDERS": ""}, "wanted is JSON"),
    ],
    ids=str,
)
def test_what_cannot_be_used_stops_the_start_with_a_sentence(
    environment: dict[str, str], reason: str
) -> None:
    with pytest.raises(InvalidSetting) as refused:
        settings_from(environment)

    assert "PLAZA_OIDC_PROVIDERS" in str(refused.value)
    assert reason in str(refused.value)
    assert "hush!" not in str(refused.value)


@pytest.mark.parametrize("host", ["127.0.0.1:9000", "localhost", "[::1]:9000"])
def test_a_provider_on_the_same_machine_needs_no_tls(host: str) -> None:
    assert settings_from(given(issuer=f"http://{host}")).oidc_providers
