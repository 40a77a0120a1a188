"""The request class of all routes: bodies are decoded strictly, after the guards."""

from typing import Any

from litestar import Request
from litestar.datastructures import State

from plaza.kernel.refusals import Refusal
from plaza.web.strict_json import decode_strictly


class UnsupportedMediaType(Refusal):
    status = 415
    code = "unsupported_media_type"
    title = "The body must be JSON"


class PlazaRequest(Request[Any, Any, State]):
    """A request whose JSON is decoded by the type that its route declares."""

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
