"""The Idempotency-Key of a request, and what a repeat of it is recognized by."""

import hashlib
import hmac
import re
from typing import Any

from litestar import Request

from plaza.kernel.actor import ANONYMOUS, Actor
from plaza.kernel.keys import derived_key
from plaza.kernel.refusals import Malformed
from plaza.writing.idempotency import Repeatable

KEY_LENGTH_MAX = 255
ANONYMOUS_KEY_LENGTH_MIN = 22
PRINTABLE = re.compile(r"[\x21-\x7e]+")


class InvalidIdempotencyKey(Malformed):
    code = "invalid_idempotency_key"
    title = "Not acceptable as Idempotency-Key"


class IdempotencyKeyRequired(Malformed):
    code = "idempotency_key_required"
    title = "This request needs an Idempotency-Key"


KEY_REQUIRED_OPT = "key_required"
KEY_REQUIRED = {KEY_REQUIRED_OPT: True}
"""The `opt` of a route that must not be done twice by accident."""


class Repeats:
    """Makes requests repeatable by their keys."""

    def __init__(self, secret: bytes) -> None:
        self._fingerprint_key = derived_key(secret, "request-fingerprint")
        self._seal_key = derived_key(secret, "idempotent-answer")

    async def of(
        self,
        request: Request[Any, Any, Any],
        actor: Actor,
        *,
        is_secret: bool,
        shown: str = "",
        finishes: bool = False,
    ) -> Repeatable | None:
        """How the request can be repeated; None where it named no key.

        Raises:
            InvalidIdempotencyKey: it cannot be used as one.
            IdempotencyKeyRequired: the route wants one.
        """
        key = request.headers.get("idempotency-key")
        if key is None and KEY_REQUIRED_OPT in request.route_handler.opt:
            message = "Send a fresh UUID as Idempotency-Key, and the same one when you try again."
            raise IdempotencyKeyRequired(message)
        if key is None or request.method != "POST":
            return None
        _check(key, actor)
        scope = f"{actor}/{request.route_handler.operation_id}"
        fingerprint = await self._fingerprint(request, shown)
        if not is_secret:
            return Repeatable(scope, key, fingerprint, finishes=finishes)
        chosen = f"{scope}\n{key}".encode()
        seal = hmac.digest(self._seal_key, chosen, hashlib.sha256)
        digest = hashlib.sha256(chosen).hexdigest()
        return Repeatable(scope, digest, fingerprint, seal, finishes)

    async def _fingerprint(self, request: Request[Any, Any, Any], shown: str) -> bytes:
        # Under a key of ours: a plain digest of a log-in would let its reader try passwords.
        parts = (request.url.path, request.url.query)
        digest = hmac.new(self._fingerprint_key, "\n".join(parts).encode(), hashlib.sha256)
        digest.update(await request.body())
        digest.update(shown.encode())
        return digest.digest()


def _check(key: str, actor: Actor) -> None:
    if len(key) > KEY_LENGTH_MAX or not PRINTABLE.fullmatch(key):
        raise InvalidIdempotencyKey("A key is 1 to 255 visible ASCII characters.")
    if actor is ANONYMOUS and len(key) < ANONYMOUS_KEY_LENGTH_MIN:
        message = "Without log-in a key needs 22 random characters, such as a UUID."
        raise InvalidIdempotencyKey(message)
