"""The route of how far each read model is."""

import asyncpg
import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from plaza.operations.projections.states import ProjectionState, projection_states
from plaza.reading.watermarks import Watermarks
from plaza.web.answering import private_answer
from plaza.web.authentication import operator_only
from plaza.web.documenting import answers


class ProjectionList(msgspec.Struct, frozen=True):
    items: list[ProjectionState]


@get(
    "/v1/operations/projections",
    operation_id="listProjections",
    guards=[operator_only],
    responses=answers(ProjectionList),
)
async def projections(
    pool: NamedDependency[asyncpg.Pool], watermarks: NamedDependency[Watermarks]
) -> Response[bytes]:
    """How far each read model and process is, also while nothing that moves them works."""
    known = {name: mark.position for name, mark in watermarks.all().items()}
    async with pool.acquire() as connection:
        items = await projection_states(connection, known)
    return private_answer(msgspec.json.encode(ProjectionList(items)), {})


ROUTES = [projections]
