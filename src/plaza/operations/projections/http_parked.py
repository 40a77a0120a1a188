"""Routes on which operators see what stands still of a read model, and say what becomes of it."""

from functools import partial
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from plaza.kernel.actor import MARKET
from plaza.operations.projections.parked import (
    ParkedList,
    Reason,
    Retried,
    RetryParked,
    SkipParked,
    Skipped,
    list_parked,
    retry_parked,
    skip_parked,
)
from plaza.reading.pools import PrivateReads
from plaza.web.answering import private_answer
from plaza.web.authentication import operator_only
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.writing.answer import answer_with


class RetriedKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to try again.

    Attributes:
        key: of a document; without it, all of them are tried, and a build that is stopped.
    """

    key: UUID | None = None


class SkippedKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose facts to leave out.

    Attributes:
        reason: for those who ask later why the document does not show them.
    """

    document: str
    key: UUID
    reason: Reason


@get(
    "/v1/operations/projections/{projection:str}/parked",
    operation_id="listParked",
    guards=[operator_only],
    responses=answers(ParkedList),
)
async def parked(
    projection: FromPath[str], reads: NamedDependency[PrivateReads]
) -> Response[bytes]:
    """What stands still of a read model or a process, since when, and why."""
    async with reads.within(MARKET) as connection:
        listed = await list_parked(connection, projection)
    return private_answer(msgspec.json.encode(listed), {})


@post(
    "/v1/operations/projections/{projection:str}/parked/retry",
    operation_id="retryParked",
    status_code=200,
    guards=[operator_only],
    responses=answers(Retried),
)
async def retry(
    projection: FromPath[str],
    commanding: NamedDependency[Commanding],
    data: JSONBody[RetriedKey | None] = None,
) -> Response[bytes]:
    """Try again now what is parked, and start again what is stopped: what was wrong is mended."""
    command = RetryParked(projection=projection, key=None if data is None else data.key)
    return await commanding.run(retry_parked, command, MARKET, partial(answer_with, 200))


@post(
    "/v1/operations/projections/{projection:str}/parked/skip",
    operation_id="skipParked",
    status_code=200,
    guards=[operator_only],
    responses=answers(Skipped),
)
async def skip(
    projection: FromPath[str], data: JSONBody[SkippedKey], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """Leave out for good what is held for a document so far, and go on with what comes then."""
    command = SkipParked(
        projection=projection, document=data.document, key=data.key, reason=data.reason
    )
    return await commanding.run(skip_parked, command, MARKET, partial(answer_with, 200))


ROUTES = [parked, retry, skip]
