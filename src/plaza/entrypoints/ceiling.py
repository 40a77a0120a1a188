"""Constant bytes from inside the app: what no read can be faster than. For benchmarks only."""

from litestar import asgi
from litestar.types import Receive, Scope, Send

SIZE_BYTES = 15_000
BODY = b'{"items":"' + b"x" * (SIZE_BYTES - 12) + b'"}'
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(BODY)).encode()),
    ],
}


@asgi("/bench/constant", copy_scope=False)
async def constant_bytes(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001  Litestar wants all three by name
    await send({**START})  # type: ignore[arg-type]
    await send({"type": "http.response.body", "body": BODY, "more_body": False})
