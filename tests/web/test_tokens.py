"""Access tokens that nobody here has issued, or not for now."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from actors import Marketplace, Person
from web.refused import refused

Change = Callable[[dict[str, Any], dict[str, Any]], None]


def encoded(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def signed(header: Any, claims: Any, key: Ed25519PrivateKey) -> str:
    message = f"{encoded(header)}.{encoded(claims)}"
    return f"{message}.{encoded(key.sign(message.encode()))}"


class Mint:
    """The installation's own key, and a token that it has issued."""

    def __init__(self, marketplace: Marketplace, token: str) -> None:
        ring = marketplace.app.state.access_tokens.ring
        _, jwk = ring.signing(datetime.now(UTC))
        self.key: Ed25519PrivateKey = jwk.private_key
        self.client = marketplace.client()
        self.token = token
        self.header, self.claims = (decoded(part) for part in token.split(".")[:2])

    def changed(self, change: Change, key: Ed25519PrivateKey | None = None) -> str:
        """The token with another header or other claims, signed properly."""
        header, claims = dict(self.header), dict(self.claims)
        change(header, claims)
        return signed(header, claims, key or self.key)

    async def account(self, authorization: str | bytes) -> httpx.Response:
        sent = authorization.encode() if isinstance(authorization, str) else authorization
        return await self.client.get("/v1/account", headers={b"authorization": sent})


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def mint(marketplace: Marketplace) -> Mint:
    person: Person = await marketplace.a_shopper()
    return Mint(marketplace, person.client.headers["authorization"].removeprefix("Bearer "))


async def refused_as_unauthenticated(mint: Mint, token: str) -> None:
    answer = await mint.account(f"Bearer {token}")
    refused(answer, 401, "not_authenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_untouched_token_is_good(mint: Mint) -> None:
    assert (await mint.account(f"Bearer {mint.token}")).status_code == 200
    resigned = mint.changed(lambda _header, _claims: None)
    assert (await mint.account(f"bearer {resigned}")).status_code == 200


def ago(**since: float) -> int:
    return int((datetime.now(UTC) - timedelta(**since)).timestamp())


CHANGES: dict[str, Change] = {
    "no kid": lambda header, _: header.pop("kid"),
    "another kid": lambda header, _: header.update(kid="another"),
    "a path as kid": lambda header, _: header.update(kid="../../dev/null"),
    "a number as kid": lambda header, _: header.update(kid=1),
    "no typ": lambda header, _: header.pop("typ"),
    "typ of an ID token": lambda header, _: header.update(typ="JWT"),
    "alg none": lambda header, _: header.update(alg="none"),
    "alg NONE": lambda header, _: header.update(alg="nOnE"),
    "alg HS256": lambda header, _: header.update(alg="HS256"),
    "alg EdDSA": lambda header, _: header.update(alg="EdDSA"),
    "alg ES256": lambda header, _: header.update(alg="ES256"),
    "alg a list": lambda header, _: header.update(alg=["Ed25519"]),
    "no alg": lambda header, _: header.pop("alg"),
    "crit": lambda header, _: header.update(crit=["exp"]),
    "crit unknown": lambda header, _: header.update(crit=["b64"], b64=False),
    "another iss": lambda _, claims: claims.update(iss="https://elsewhere.example"),
    "no iss": lambda _, claims: claims.pop("iss"),
    "another aud": lambda _, claims: claims.update(aud="another-api"),
    "two aud": lambda _, claims: claims.update(aud=["plaza-api", "another-api"]),
    "no aud": lambda _, claims: claims.pop("aud"),
    "expired": lambda _, claims: claims.update(exp=ago(minutes=1)),
    "no exp": lambda _, claims: claims.pop("exp"),
    "exp a text": lambda _, claims: claims.update(exp="9999999999"),
    "exp endless": lambda _, claims: claims.update(exp=float("inf")),
    "nbf to come": lambda _, claims: claims.update(nbf=ago(minutes=-2)),
    "no nbf": lambda _, claims: claims.pop("nbf"),
    "sub of nobody": lambda _, claims: claims.update(sub=str(uuid4())),
    "sub no id": lambda _, claims: claims.update(sub="1' OR '1'='1"),
    "sub NUL": lambda _, claims: claims.update(sub="\0"),
    "no sub": lambda _, claims: claims.pop("sub"),
    "no sid": lambda _, claims: claims.pop("sid"),
}


# fault 69
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_our_own_signature_does_not_save_a_changed_token(mint: Mint, change: Change) -> None:
    await refused_as_unauthenticated(mint, mint.changed(change))


# fault 69
async def test_nobody_elses_key_signs_for_us(mint: Mint) -> None:
    theirs = Ed25519PrivateKey.generate()
    public = encoded(theirs.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": public}
    changes: list[Change] = [
        lambda _header, _claims: None,
        lambda header, _claims: header.update(jwk=jwk),
        lambda header, _claims: header.update(jku="http://127.0.0.1:9/keys", x5u="file:///etc"),
        lambda header, _claims: header.update(jwk=jwk, kid=public),
    ]
    for change in changes:
        await refused_as_unauthenticated(mint, mint.changed(change, theirs))


# fault 69
async def test_the_public_key_is_no_shared_secret(mint: Mint) -> None:
    public = mint.key.public_key()
    secrets = [
        public.public_bytes(Encoding.Raw, PublicFormat.Raw),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        str(mint.header["kid"]).encode(),
        b"",
    ]
    for secret in secrets:
        header = {**mint.header, "alg": "HS256"}
        message = f"{encoded(header)}.{encoded(mint.claims)}"
        signature = hmac.new(secret, message.encode(), hashlib.sha256).digest()
        await refused_as_unauthenticated(mint, f"{message}.{encoded(signature)}")


# fault 69
async def test_a_token_without_its_signature_is_nothing(mint: Mint) -> None:
    header, claims, signature = mint.token.split(".")
    none = encoded({**mint.header, "alg": "none"})
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    tokens = [
        f"{none}.{claims}.",
        f"{none}.{claims}",
        f"{header}.{claims}.",
        f"{header}.{claims}",
        f"{header}.{claims}.{signature[:-4]}",
        f"{header}.{claims}.{flipped}",
        f"{header}.{claims}.{signature}.{signature}",
        f"{header}..{signature}",
        f"{header}.{encoded({**mint.claims, 'sub': str(UUID(int=0))})}.{signature}",
    ]
    for token in tokens:
        await refused_as_unauthenticated(mint, token)


# fault 69
async def test_what_is_no_token_at_all_is_refused_quickly(mint: Mint) -> None:
    deep = b"[" * 3000
    tokens = [
        "x",
        "...",
        "null",
        "a.b.c",
        "\u00e9.\u00e9.\u00e9",
        "." * 4000,
        "plz_live_0123456789abcdef",
        "A" * 100_000,
        f"{mint.token}{'A' * 100_000}",
        signed(mint.header, deep, mint.key),
        f"{encoded(deep)}.{encoded(mint.claims)}.AAAA",
        signed(mint.header, b"\xff\xfe", mint.key),
        signed(mint.header, [1, 2], mint.key),
        signed(mint.header, "text", mint.key),
        signed([1, 2], mint.claims, mint.key),
        signed("text", mint.claims, mint.key),
        signed(b"", b"", mint.key),
    ]
    begun = time.process_time()
    for token in tokens:
        answer = await mint.account(f"Bearer {token}".encode())
        refused(answer, 401, "not_authenticated")
    assert time.process_time() - begun < 1


# fault 69
@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Basic dTpw", "Token x", "null", "Bearer\tx", ","]
)
async def test_another_scheme_is_not_taken(mint: Mint, authorization: str) -> None:
    refused(await mint.account(authorization), 401, "not_authenticated")


# fault 69
@pytest.mark.parametrize("path", ["/v1/products", "/v1/vendors", "/v1/categories"])
async def test_a_bad_token_is_told_even_where_none_is_needed(mint: Mint, path: str) -> None:
    answer = await mint.client.get(path, headers={"authorization": "Bearer a.b.c"})
    refused(answer, 401, "not_authenticated")


async def test_without_a_token_everything_of_ones_own_is_closed(marketplace: Marketplace) -> None:
    vendor = f"/v1/vendors/{uuid4()}"
    closed = [
        ("GET", "/v1/account"),
        ("POST", "/v1/vendors"),
        ("POST", f"{vendor}/approve"),
        ("POST", f"{vendor}/close"),
        ("GET", f"{vendor}/products"),
        ("POST", f"{vendor}/products"),
        ("PATCH", f"{vendor}/products/{uuid4()}"),
        ("PUT", f"{vendor}/offers/{uuid4()}/stock"),
        ("DELETE", f"{vendor}/offers/{uuid4()}"),
        ("POST", "/v1/categories"),
        ("GET", "/v1/operations/projections"),
    ]
    for method, path in closed:
        answer = await marketplace.anybody.client.request(method, path)
        refused(answer, 401, "not_authenticated")
        assert answer.headers["www-authenticate"] == "Bearer"
