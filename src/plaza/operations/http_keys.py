"""The route of the keys that access tokens are checked with."""

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from plaza.kernel.clock import Clock
from plaza.web.access_tokens import AccessTokens
from plaza.web.answering import public_answer
from plaza.web.documenting import answers
from plaza.web.request import PlazaRequest


class PublicKey(msgspec.Struct, frozen=True):
    """A JSON Web Key (RFC 7517, RFC 8037)."""

    kty: str
    crv: str
    x: str
    kid: str
    alg: str
    use: str


class PublicKeys(msgspec.Struct, frozen=True):
    keys: list[PublicKey]


@get(
    "/.well-known/jwks.json",
    operation_id="getSigningKeys",
    responses=answers(PublicKeys),
)
async def signing_keys(
    request: PlazaRequest, tokens: NamedDependency[AccessTokens], clock: NamedDependency[Clock]
) -> Response[bytes]:
    """The public keys, for services of yours that check access tokens themselves.

    They cannot see there that a session has ended: only plaza's own answers know that at once.
    """
    keys = msgspec.convert(tokens.ring.public(clock()), list[PublicKey])
    return await public_answer(request, msgspec.json.encode(PublicKeys(keys)))


ROUTES = [signing_keys]
