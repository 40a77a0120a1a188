"""An API process that waits for nobody for long, and how what is said to it begins."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from plaza.settings import Settings
from web.api_process import ApiProcess, api_process

HEADER_TIMEOUT_S, BODY_TIMEOUT_S, UNREAD_TIMEOUT_S = 2.0, 2.0, 2.0
MIB = 1024 * 1024
HOST = b"Host: 127.0.0.1\r\n"
POST = b"POST /v1/sessions HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"


@asynccontextmanager
async def impatient_api(settings: Settings) -> AsyncIterator[ApiProcess]:
    impatient = msgspec.structs.replace(
        settings,
        header_timeout_s=HEADER_TIMEOUT_S,
        body_timeout_s=BODY_TIMEOUT_S,
        unread_timeout_s=UNREAD_TIMEOUT_S,
        body_size_max=10 * MIB,
        bench=True,
    )
    async with api_process(impatient) as running:
        # Its first work takes longer than what it still does after its start.
        assert (await running.client.get("/schema/openapi.json")).status_code == 200
        yield running
