"""The route on which operators see what was not delivered."""

from typing import Literal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from plaza.operations.mails.query import MailList, list_mails
from plaza.reading.cursor import Cursors
from plaza.reading.page import LIMIT_DEFAULT
from plaza.reading.pools import PrivateReads
from plaza.web.answering import private_answer
from plaza.web.authentication import operator_only
from plaza.web.documenting import answers
from plaza.web.parameters import Cursor, Limit

Status = Literal["pending", "sending", "sent", "dropped", "failed"]


@get(
    "/v1/operations/mails",
    operation_id="listMails",
    guards=[operator_only],
    responses=answers(MailList),
)
async def mails(
    reads: NamedDependency[PrivateReads],
    cursors: NamedDependency[Cursors],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
    status: FromQuery[Status | None] = None,
) -> Response[bytes]:
    """What became of the mails, the newest first; never to whom they went."""
    page = await list_mails(reads, cursors, status, limit, cursor)
    return private_answer(msgspec.json.encode(page), {})


ROUTES = [mails]
