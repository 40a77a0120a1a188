"""Routes on which operators have read models built anew, and choose which build is read."""

from typing import Literal
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from plaza.kernel.actor import MARKET
from plaza.kernel.refusals import NotThere
from plaza.operations.projections.builds import (
    RebuildProjection,
    RollbackProjection,
    SwitchProjection,
    rebuild_projection,
    rollback_projection,
    switch_projection,
)
from plaza.operations.readiness import Readiness
from plaza.projecting.wishes import Wish
from plaza.web.authentication import operator_only
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.writing.answer import Answer, answer_with


class Rebuild(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to build a read model anew.

    Attributes:
        switch: whether the new build is read as soon as it was found to show the same.
        source: what it is filled from; the present state needs no whole log.
        vendor_id: only documents of this vendor, told anew from the log where they stand: there is
            nothing to switch to then.
    """

    switch: bool = True
    source: Literal["log", "snapshot"] = "log"
    vendor_id: UUID | None = None


class Switch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to switch to the build that is ready.

    Attributes:
        accept_differences: whether it may show something else than the one that is read now.
    """

    accept_differences: bool = False


class AcceptedWish(msgspec.Struct, frozen=True):
    """A projector does it within seconds; `listProjections` shows what became of it."""

    projection: str
    accepted: Literal["rebuild", "switch", "rollback"]


def _accepted_answer(wish: Wish) -> Answer:
    return answer_with(202, AcceptedWish(wish.projection, wish.wish))


@post(
    "/v1/operations/projections/{projection:str}/rebuild",
    operation_id="rebuildProjection",
    status_code=202,
    guards=[operator_only],
    responses=answers(AcceptedWish, 202),
)
async def rebuild(
    projection: FromPath[str],
    commanding: NamedDependency[Commanding],
    state_of: NamedDependency[Readiness],
    data: JSONBody[Rebuild | None] = None,
) -> Response[bytes]:
    """Build a read model anew, beside the one that is read, and compare the two."""
    _check_known(projection, state_of)
    wanted = data or Rebuild()
    command = RebuildProjection(
        projection=projection,
        switch=wanted.switch,
        source=wanted.source,
        vendor_id=wanted.vendor_id,
    )
    return await commanding.run(rebuild_projection, command, MARKET, _accepted_answer)


@post(
    "/v1/operations/projections/{projection:str}/switch",
    operation_id="switchProjection",
    status_code=202,
    guards=[operator_only],
    responses=answers(AcceptedWish, 202),
)
async def switch(
    projection: FromPath[str],
    commanding: NamedDependency[Commanding],
    state_of: NamedDependency[Readiness],
    data: JSONBody[Switch | None] = None,
) -> Response[bytes]:
    """Have the build read that is ready; the one that was read is kept and followed."""
    _check_known(projection, state_of)
    accepts = data is not None and data.accept_differences
    command = SwitchProjection(projection=projection, accept_differences=accepts)
    return await commanding.run(switch_projection, command, MARKET, _accepted_answer)


@post(
    "/v1/operations/projections/{projection:str}/rollback",
    operation_id="rollbackProjection",
    status_code=202,
    guards=[operator_only],
    responses=answers(AcceptedWish, 202),
)
async def rollback(
    projection: FromPath[str],
    commanding: NamedDependency[Commanding],
    state_of: NamedDependency[Readiness],
) -> Response[bytes]:
    """Have the build read again that was read before."""
    _check_known(projection, state_of)
    command = RollbackProjection(projection=projection)
    return await commanding.run(rollback_projection, command, MARKET, _accepted_answer)


def _check_known(projection: str, state_of: Readiness) -> None:
    if projection not in state_of.projections:
        raise NotThere


ROUTES = [rebuild, switch, rollback]
