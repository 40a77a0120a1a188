"""The request class of all routes: bodies are decoded strictly, after the guards."""

from collections.abc import AsyncGenerator
from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.exceptions.http_exceptions import RequestEntityTooLarge

from plaza.kernel.refusals import Refusal
from plaza.web.body_deadline import BodyCutShort, RequestTimeout
from plaza.web.strict_json import decode_strictly


class UnsupportedMediaType(Refusal):
    status = 415
    code = "unsupported_media_type"
    title = "The body must be JSON"


class UnsupportedContentEncoding(UnsupportedMediaType):
    """A compressed body may be a thousand times larger than it looks."""

    code = "unsupported_content_encoding"
    title = "The body must not be compressed"


THROWN_AWAY_TIMES_MAX = 4
"""How many times too large a body may be for its sender to be heard out."""


class BodyTooLarge(Refusal):
    status = 413
    code = "body_too_large"
    title = "The body is too large"


class PlazaRequest(Request[Any, Any, State]):
    """A request whose JSON is decoded by the type that its route declares."""

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body in pieces; everything else that reads it reads it here.

        Raises:
            UnsupportedContentEncoding: it is compressed.
            BodyTooLarge: more was announced or has come than is taken.
        """
        encoding = self.headers.get("content-encoding", "").strip().lower()
        if encoding not in {"", "identity"}:
            raise UnsupportedContentEncoding("Send the body without Content-Encoding.")
        try:
            async for piece in super().stream():
                yield piece
        except RequestEntityTooLarge as error:
            size_max = self.route_handler.resolve_request_max_body_size() or 0
            if (self.content_length or 0) > size_max:
                await self._throw_away(size_max * THROWN_AWAY_TIMES_MAX)
            raise BodyTooLarge(f"Send at most {size_max} bytes.") from error

    async def _throw_away(self, size_max: int) -> None:
        """Take what is not wanted: a client that still sends loses an answer that comes early.

        One that announces far too much, nothing, or that waits to be asked is answered at once.
        """
        if (self.content_length or 0) > size_max or "expect" in self.headers:
            return
        try:
            while (await self.receive()).get("more_body"):
                pass
        except (RequestTimeout, BodyCutShort):
            return

    async def json(self) -> Any:
        """The body as the route's struct.

        Litestar would decode it untyped and convert it laxly, which takes `"5"` for 5.

        Raises:
            UnsupportedMediaType: another content type than application/json.
            Malformed: not acceptable as that struct.
        """
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise UnsupportedMediaType("Send Content-Type: application/json.")
        field = self.route_handler.parsed_data_field
        assert field is not None
        return decode_strictly(await self.body(), field.annotation)
