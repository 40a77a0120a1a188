"""Between a query and its response: waiting for the caller's writes, freshness, ETags."""

import asyncio
import re
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import asyncpg
from litestar import Request, Response
from redis.asyncio import Redis

from plaza.kernel.refusals import Malformed, NotThere
from plaza.outbox.breaker import Breaker
from plaza.outbox.channels import Channels
from plaza.outbox.token import InvalidConsistencyToken
from plaza.reading.cursor import Cursors
from plaza.reading.entry import Entry
from plaza.reading.freshness import WAIT_DEFAULT_S, WAIT_MAX_S, Freshness, Wish
from plaza.reading.near_cache import DATABASE_AWAY, NearCache
from plaza.reading.pools import PrivateReads
from plaza.reading.served_copy import ServedCopy
from plaza.reading.sorted_sets import SortedReads
from plaza.reading.watermarks import Watermarks
from plaza.web.caching import PUBLIC, Caching
from plaza.web.callers import Authenticator, caller_in
from plaza.web.conditional import is_not_modified
from plaza.web.encodings import Encoding, encoded, encoding_for
from plaza.web.ready_bytes import JSON, ReadyForms, form_etag, without_body
from plaza.web.request_headers import listed
from plaza.web.targets import target_of

WAIT = re.compile(r'(?:^|[,;\s])wait\s*=\s*"?(\d+(?:\.\d+)?)"?(?:$|[,;\s])', re.IGNORECASE)
LENIENT = re.compile(r'(?:^|[,;\s])handling\s*=\s*"?lenient"?(?:$|[,;\s])', re.IGNORECASE)
# A server that is away refuses at once; this bounds one that hangs.
REDIS_BUDGET_S = 0.5

PRIVATE = "private, no-store"
FORMS_REMEMBERED = 8
"""Of what hardly ever changes, as the OpenAPI document."""


class InvalidPrefer(Malformed):
    code = "invalid_prefer"
    title = "Prefer cannot be followed"


class LastCommandUnknown(Exception):  # noqa: N818  the read goes on, and says so
    """The caller's own last command could not be looked up."""


class Answering:
    """Answers the queries of one process.

    It holds all that a query needs, because Litestar resolves one dependency directly and
    several in a task group, which was measured to cost a quarter of a listing's time.
    """

    def __init__(
        self,
        *,
        pool: asyncpg.Pool,
        private: PrivateReads,
        cursors: Cursors,
        freshness: Freshness,
        watermarks: Watermarks,
        authenticator: Authenticator,
        redis: Redis,
        channels: Channels,
        near: NearCache,
        sorted_reads: SortedReads,
        caching: Caching,
    ) -> None:
        self.pool = pool
        self.private = private
        self.cursors = cursors
        self._freshness = freshness
        self._watermarks = watermarks
        self._authenticator = authenticator
        self._redis = redis
        self._channels = channels
        self._breaker = Breaker("last_commands", REDIS_BUDGET_S)
        self.sorted_reads = sorted_reads
        self._near = near
        self._forms = ReadyForms(caching, near.attach)

    async def served(self, request: Request[Any, Any, Any], copy: ServedCopy) -> Response[bytes]:
        """Answer a question that everybody gets the same answer to.

        Who asks decides how new the answer has to be, and never what it says.

        Raises:
            NotThere: the answer is that there is nothing.
        """
        position = await self._position_wanted(request, copy.projection, None)
        entry = await self._near.get(
            copy.key, copy.projection, position or 0, lambda: copy.fill(self.pool)
        )
        if entry.status == NotThere.status:
            raise NotThere
        headers = freshness_told(entry.covered, entry.mark.lag_ms)
        if position is None or entry.is_stale:
            # Caches in between must not keep it for their usual time.
            headers |= {"plaza-stale": "true", "cache-control": PUBLIC}
        if entry.status == HTTPStatus.PERMANENT_REDIRECT:
            moved = {"location": entry.body.decode(), "cache-control": PUBLIC}
            return Response(b"", status_code=entry.status, headers=headers | moved)
        return await self._formed(request, entry, headers)

    async def _formed(
        self, request: Request[Any, Any, Any], entry: Entry, headers: dict[str, str]
    ) -> Response[bytes]:
        """The bytes in the encoding that the caller likes best, or 304 for who holds them."""
        form = await self._forms.of(entry, _encoding_wanted(request, entry.body))
        self._near.alias(target_of(request.scope), entry.key)
        if is_not_modified(request, form.etag):
            told = without_body(form.told) | headers
            return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=told)
        return Response(form.body, headers=form.told | headers, media_type=JSON)

    async def ready(
        self, request: Request[Any, Any, Any], projection: str, principal: str | None = None
    ) -> dict[str, str]:
        """Wait for what the caller wants covered.

        Args:
            request: the question.
            projection: the read model that answers it.
            principal: the cart or the order whose secret the caller has shown instead of a log-in.

        Returns:
            The headers that say how fresh the answer is.
        """
        position = await self._position_wanted(request, projection, principal)
        mark = self._watermarks.of(projection)
        headers = freshness_told(mark.position, mark.lag_ms)
        if position is None:
            headers["plaza-stale"] = "true"
        return headers

    async def _position_wanted(
        self, request: Request[Any, Any, Any], projection: str, principal: str | None
    ) -> int | None:
        """Wait for what the caller wants covered; None where the answer may not cover it."""
        try:
            token, known = await self._token_of(request, principal), True
        except LastCommandUnknown:
            # The caller may name the token itself; until then it is told what it may miss.
            token, known = None, False
        wish = _wish_in(listed(request, "prefer") or "", token)
        try:
            position = await self._freshness.position_covered(projection, wish)
        except InvalidConsistencyToken:
            if "plaza-consistency" in request.headers:
                raise
            # The last command that was remembered for the caller is lost with the end of the log.
            return None
        except DATABASE_AWAY:
            # Without PostgreSQL it is unknown whether the answer covers it.
            if not wish.lenient:
                raise
            return None
        return position if known else None

    async def _token_of(self, request: Request[Any, Any, Any], principal: str | None) -> str | None:
        token = request.headers.get("plaza-consistency")
        if token is not None:
            return None if token == "none" else token  # noqa: S105  a word of the contract
        if caller_in(request.scope) is not None or "authorization" in request.headers:
            caller = await self._authenticator.caller_of(request)
            principal = None if caller is None else str(caller.actor)
        return None if principal is None else await self._last_command(principal)

    async def _last_command(self, principal: str) -> str | None:
        """Callers who are known see their own last command without asking for it.

        Raises:
            LastCommandUnknown: Redis does not say which it was.
        """
        answer = await self._breaker.ask(lambda: self._held(principal))
        if answer is None:
            raise LastCommandUnknown
        (held,) = answer
        return None if held is None else held.decode()

    async def _held(self, principal: str) -> tuple[bytes | None]:
        """What Redis holds of the caller, which may be nothing."""
        return (await self._redis.get(self._channels.last_command(principal)),)


def freshness_told(position: int, lag_ms: int) -> dict[str, str]:
    return {"plaza-position": str(position), "plaza-lag-ms": str(lag_ms)}


async def public_answer(request: Request[Any, Any, Any], body: bytes) -> Response[bytes]:
    """Bytes that are the same for everybody, or 304 for who holds them."""
    encoding = _encoding_wanted(request, body)
    etag = form_etag(body, encoding)
    headers = {"etag": etag, "cache-control": PUBLIC, "vary": "accept-encoding"}
    if is_not_modified(request, etag):
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if encoding != "identity":
        headers["content-encoding"] = encoding
        body = await asyncio.to_thread(_encoded_once, body, encoding)
    return Response(body, headers=headers, media_type=JSON)


_encoded_once = lru_cache(FORMS_REMEMBERED)(encoded)


def _encoding_wanted(request: Request[Any, Any, Any], body: bytes) -> Encoding:
    accepted = (listed(request, "accept-encoding") or "").encode("latin-1")
    return encoding_for(accepted, len(body))


def private_answer(body: bytes, headers: dict[str, str]) -> Response[bytes]:
    """Bytes for one caller's eyes."""
    return Response(
        body, headers={**headers, "cache-control": PRIVATE}, media_type="application/json"
    )


def _wish_in(prefer: str, token: str | None) -> Wish:
    lenient = LENIENT.search(prefer) is not None
    return Wish(token=token, wait_s=_wait_in(prefer), lenient=lenient)


def _wait_in(prefer: str) -> float:
    match = WAIT.search(prefer)
    wait_s = float(match[1]) if match else WAIT_DEFAULT_S
    if wait_s > WAIT_MAX_S:
        raise InvalidPrefer(f"Prefer: wait={wait_s:g} is more than {WAIT_MAX_S:g} seconds.")
    return wait_s
