"""What makes an id token of another provider good, and what its failures are told as."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from contexts.identity.elsewhere import CALLBACK, JSON, PAGES, START, elsewhere
from oidc_provider import Answered, Provider, a_key, encoded
from plaza.settings import Settings

Claims = dict[str, Any]

RS256 = encoded(b'{"alg":"RS256"}')


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def set_to(**changes: Any) -> Callable[[Claims], object]:
    return lambda claims: claims.update(changes)


def without(name: str) -> Callable[[Claims], object]:
    return lambda claims: claims.pop(name)


WRONG_CLAIMS: dict[str, Callable[[Claims], object]] = {
    "another nonce": set_to(nonce="another"),
    "a list of nonces": lambda claims: claims.update(nonce=[claims["nonce"], "another"]),
    "no nonce": without("nonce"),
    "another client": set_to(aud="another"),
    "other clients": set_to(aud=["another", "others"]),
    "no client": without("aud"),
    "several clients, for another": lambda c: c.update(aud=[c["aud"], "another"], azp="another"),
    "several clients, for nobody": lambda c: c.update(aud=[c["aud"], "another"]),
    "for another client": set_to(azp="another"),
    "another issuer": set_to(iss="https://another.example"),
    "the issuer with a slash": lambda claims: claims.update(iss=claims["iss"] + "/"),
    "no issuer": without("iss"),
    "expired": lambda claims: claims.update(exp=claims["iat"] - 61),
    "no end": without("exp"),
    "an end that is no time": set_to(exp="tomorrow"),
    "not yet": lambda claims: claims.update(nbf=claims["iat"] + 120),
    "of the future": lambda claims: claims.update(iat=claims["iat"] + 120),
    "no beginning": without("iat"),
    "nobody": without("sub"),
    "an empty name": set_to(sub=""),
    "a long name": set_to(sub="x" * 256),
    "a number for a name": set_to(sub=7),
}


async def test_an_id_token_that_was_not_made_for_this_log_in_is_refused(
    settings: Settings,
) -> None:
    answers = {}
    async with elsewhere(settings) as there:
        for name, change in WRONG_CLAIMS.items():
            there.provider.change = change
            answers[name] = told(await there.browser().logs_in())

    assert answers == dict.fromkeys(WRONG_CLAIMS, (401, "oidc_refused"))


def unsigned(_: Provider, claims: Claims) -> str:
    header = json.dumps({"alg": "none"}).encode()
    return f"{encoded(header)}.{encoded(json.dumps(claims).encode())}."


def by_the_public_key(provider: Provider, claims: Claims) -> str:
    header = json.dumps({"alg": "HS256", "kid": provider.key.kid}).encode()
    message = f"{encoded(header)}.{encoded(json.dumps(claims).encode())}"
    digest = hmac.digest(provider.key.as_pem(private=False), message.encode(), hashlib.sha256)
    return f"{message}.{encoded(digest)}"


def by_a_key_of_its_own(_: Provider, claims: Claims) -> str:
    key = a_key()
    header = {"alg": "RS256", "kid": "first", "jwk": key.as_dict(private=False)}
    return jwt.encode(header, claims, key, algorithms=["RS256"])


def by_an_unknown_key(_: Provider, claims: Claims) -> str:
    return jwt.encode({"alg": "RS256", "kid": "x"}, claims, a_key("x"), algorithms=["RS256"])


def by_the_client_secret(provider: Provider, claims: Claims) -> str:
    header = json.dumps({"alg": "HS256"}).encode()
    message = f"{encoded(header)}.{encoded(json.dumps(claims).encode())}"
    secret = provider.client_secret.encode()
    return f"{message}.{encoded(hmac.digest(secret, message.encode(), hashlib.sha256))}"


def changed_afterwards(provider: Provider, claims: Claims) -> str:
    header, _, signature = provider_signed(provider, claims).split(".")
    payload = json.dumps({**claims, "sub": "another"}).encode()
    return f"{header}.{encoded(payload)}.{signature}"


def provider_signed(provider: Provider, claims: Claims) -> str:
    header = {"alg": "RS256", "kid": provider.key.kid}
    return jwt.encode(header, claims, provider.key, algorithms=["RS256"])


WRONG_SIGNATURES: dict[str, Callable[[Provider, Claims], str]] = {
    "none": unsigned,
    "HS256 with the public key": by_the_public_key,
    "HS256 with the client's secret": by_the_client_secret,
    "the key that it brings along": by_a_key_of_its_own,
    "a key that is not published": by_an_unknown_key,
    "changed afterwards": changed_afterwards,
    "no token": lambda _, __: "nonsense",
    "no claims": lambda _, __: f"{RS256}.{encoded(b'[]')}.x",
    "very long": lambda _, __: "a." + "b" * 100_000 + ".c",
}


# fault 69
async def test_an_id_token_that_the_provider_has_not_signed_is_refused(settings: Settings) -> None:
    answers = {}
    async with elsewhere(settings) as there:
        for name, sign in WRONG_SIGNATURES.items():
            there.provider.sign = sign
            answers[name] = told(await there.browser().logs_in())

    assert answers == dict.fromkeys(WRONG_SIGNATURES, (401, "oidc_refused"))


async def test_keys_are_taken_anew_when_the_provider_changes_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plaza.adapters.oidc_client.KEYS_TTL_S_MIN", 0.0)
    async with elsewhere(settings) as there:
        first = await there.browser().logs_in()
        there.provider.key = a_key("second")
        second = await there.browser().logs_in()
        asked = there.provider.asked_paths.count("/keys")
        third = await there.browser().logs_in()

        assert {answer.status_code for answer in (first, second, third)} == {200}
        assert asked == there.provider.asked_paths.count("/keys") == 2


async def test_unknown_keys_do_not_make_the_provider_be_asked_again_and_again(
    settings: Settings,
) -> None:
    async with elsewhere(settings) as there:
        there.provider.sign = by_an_unknown_key
        for _ in range(3):
            assert (await there.browser().logs_in()).status_code == 401

        assert there.provider.asked_paths.count("/keys") == 1
        assert there.provider.asked_paths.count("/.well-known/openid-configuration") == 1


async def test_a_provider_may_sign_with_an_elliptic_curve_beside_keys_nobody_knows(
    settings: Settings,
) -> None:
    key = ECKey.generate_key("P-256", {"kid": "curve"})

    def sign(_: Provider, claims: Claims) -> str:
        return jwt.encode({"alg": "ES256", "kid": "curve"}, claims, key, algorithms=["ES256"])

    async with elsewhere(settings) as there:
        there.provider.sign = sign
        published = [{"kty": "AKP", "kid": "new"}, {"kty": "oct", "k": "c2VjcmV0", "kid": "s"}]
        keys = {"keys": [*published, key.as_dict(private=False)]}
        there.provider.answers["/keys"] = (200, json.dumps(keys).encode(), {})
        answer = await there.browser().logs_in()

    assert answer.status_code == 200


OTHER_ISSUER = json.dumps(
    {
        "issuer": "https://another.example",
        "authorization_endpoint": "https://another.example/a",
        "token_endpoint": "https://another.example/t",
        "jwks_uri": "https://another.example/k",
    }
).encode()
DESCRIPTION = "/.well-known/openid-configuration"


AWAY: list[tuple[str, int, bytes]] = [
    (DESCRIPTION, 500, b""),
    (DESCRIPTION, 200, b"<html>"),
    (DESCRIPTION, 200, b"{}"),
    (DESCRIPTION, 200, OTHER_ISSUER),
    (DESCRIPTION, 200, b"[" * 100_000),
    (DESCRIPTION, 200, b'"' + b"x" * 300_000 + b'"'),
    (DESCRIPTION, 302, b""),
    ("/keys", 503, b""),
    ("/keys", 200, b"{}"),
    ("/keys", 200, b'{"keys": []}'),
    ("/keys", 200, b'{"keys": [7, {"kty": "RSA"}]}'),
    ("/token", 500, b""),
    ("/token", 401, b'{"error": "invalid_client"}'),
    ("/token", 200, b'{"access_token": "at"}'),
    ("/token", 307, b""),
]


async def test_a_provider_that_cannot_be_asked_is_told_as_that(settings: Settings) -> None:
    answers = []
    async with elsewhere(settings) as there:
        for path, status, body in AWAY:
            there.provider.answers = {
                path: (status, body, {"location": f"{there.provider.issuer}/elsewhere"})
            }
            browser = there.browser()
            answer = await browser.get(START, **PAGES)
            if path != DESCRIPTION:
                answer = await browser.logs_in()
            answers.append((*told(answer), answer.headers["retry-after"]))

        assert answers == [(503, "oidc_provider_unavailable", "5")] * len(AWAY)
        assert "/elsewhere" not in there.provider.asked_paths


async def test_a_provider_that_is_down_is_told_as_that_and_takes_nothing_with_it(
    settings: Settings,
) -> None:
    async with elsewhere(settings) as there:
        browser = there.browser()
        query = await browser.goes()
        there.provider.stop()
        answer = await browser.get(CALLBACK, query, **JSON)
        products = await browser.get("/v1/products")

    assert told(answer) == (503, "oidc_provider_unavailable")
    assert products.status_code == 200


async def test_a_provider_that_takes_the_secret_in_the_form_only_is_sent_it_there(
    settings: Settings,
) -> None:
    async with elsewhere(settings) as there:
        told_there = there.provider.description() | {
            "token_endpoint_auth_methods_supported": ["client_secret_post"]
        }
        there.provider.answers[DESCRIPTION] = (200, json.dumps(told_there).encode(), {})
        forms: list[dict[str, str]] = []
        honest = there.provider._exchanged  # noqa: SLF001  the provider is the tests' own

        def exchanged(form: dict[str, str], sent: dict[str, str]) -> Answered:
            forms.append(form)
            secret = f"{form['client_id']}:{form['client_secret']}".encode()
            basic = f"Basic {base64.b64encode(secret).decode()}"
            assert "authorization" not in sent
            return honest(form, {"authorization": basic})

        there.provider._exchanged = exchanged  # type: ignore[method-assign]  # noqa: SLF001
        answer = await there.browser().logs_in()

    assert answer.status_code == 200
    assert [form["client_secret"] for form in forms] == [there.provider.client_secret]
