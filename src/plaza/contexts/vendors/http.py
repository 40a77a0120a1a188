"""Routes that change vendors."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, patch, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from plaza.contexts.vendors.commands.approve_vendor import ApproveVendor, approve_vendor
from plaza.contexts.vendors.commands.change_vendor import ChangeVendor, change_vendor
from plaza.contexts.vendors.commands.close_vendor import CloseVendor, close_vendor
from plaza.contexts.vendors.commands.pause_vendor import PauseVendor, pause_vendor
from plaza.contexts.vendors.commands.reinstate_vendor import ReinstateVendor, reinstate_vendor
from plaza.contexts.vendors.commands.reject_vendor import RejectVendor, reject_vendor
from plaza.contexts.vendors.commands.resume_vendor import ResumeVendor, resume_vendor
from plaza.contexts.vendors.commands.suspend_vendor import SuspendVendor, suspend_vendor
from plaza.contexts.vendors.vendor import Profile, Vendor
from plaza.kernel.actor import MARKET, Surface
from plaza.kernel.clock import Moment
from plaza.kernel.rate import rate_text
from plaza.kernel.text import Reason
from plaza.web.authentication import (
    caller_required,
    is_operator,
    member_with,
    operator_only,
)
from plaza.web.commanding import Commanding
from plaza.web.documenting import IF_MATCH_OPTIONAL, IF_MATCH_REQUIRED, answers
from plaza.web.standings import ENDS_RIGHTS
from plaza.writing.answer import Answer, answer_with
from plaza.writing.unit_of_work import UnitOfWork


class GivenReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason | None = None


class VendorPatch(Profile, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is not named stays as it is."""


class Pause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    until: Moment | None = None
    """When it ends by itself, within a year; None: when it is resumed."""


class VendorState(msgspec.Struct, frozen=True):
    id: UUID
    slug: str
    status: str
    version: int
    is_paused: bool
    """Whether it is hidden for a while by its own wish; that is no status."""
    paused_until: datetime | None
    tax_rate: str
    """Of the tax that its prices include; a decimal, as in `0.2`."""


def vendor_answer(status: int) -> Callable[[Vendor], Answer]:
    """The present state of the vendor."""

    def answer(vendor: Vendor) -> Answer:
        state = VendorState(
            id=vendor.id,
            slug=vendor.slug,
            status=vendor.status,
            version=vendor.version,
            is_paused=vendor.paused_at is not None,
            paused_until=vendor.paused_until,
            tax_rate=rate_text(vendor.tax_rate),
        )
        return answer_with(status, state, etag=f'"{vendor.version}"')

    return answer


async def operator_or_owner(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Guard: an operator, or an owner of the vendor."""
    if is_operator(await caller_required(connection)):
        await operator_only(connection, handler)
    else:
        await member_with("owner")(connection, handler)


@patch(
    "/v1/vendors/{vendor:uuid}",
    operation_id="changeVendor",
    guards=[member_with("owner", "manager")],
    responses=answers(VendorState, also=IF_MATCH_REQUIRED),
)
async def change(
    vendor: FromPath[UUID],
    data: JSONBody[VendorPatch],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """Under a slug that the vendor had before, it is still found."""
    command = ChangeVendor(vendor_id=vendor, version=commanding.version, profile=data)
    surface = Surface(vendor_id=vendor)
    return await commanding.run(change_vendor, command, surface, vendor_answer(200))


@post(
    "/v1/vendors/{vendor:uuid}/pause",
    operation_id="pauseVendor",
    status_code=200,
    guards=[member_with("owner", "manager")],
    responses=answers(VendorState, also=IF_MATCH_OPTIONAL),
)
async def pause(
    vendor: FromPath[UUID],
    commanding: NamedDependency[Commanding],
    data: JSONBody[Pause | None] = None,
) -> Response[bytes]:
    """Nothing of the vendor is shown or sold until the pause ends."""
    until = None if data is None else data.until
    command = PauseVendor(vendor_id=vendor, until=until, version=commanding.version)
    surface = Surface(vendor_id=vendor)
    return await commanding.run(pause_vendor, command, surface, vendor_answer(200))


@post(
    "/v1/vendors/{vendor:uuid}/resume",
    operation_id="resumeVendor",
    status_code=200,
    guards=[member_with("owner", "manager")],
    responses=answers(VendorState, also=IF_MATCH_OPTIONAL),
)
async def resume(
    vendor: FromPath[UUID], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """End a pause: what the vendor had published is shown and sold again.

    409 `vendor_not_paused`: there is nothing to end.
    """
    command = ResumeVendor(vendor_id=vendor, version=commanding.version)
    surface = Surface(vendor_id=vendor)
    return await commanding.run(resume_vendor, command, surface, vendor_answer(200))


@post(
    "/v1/vendors/{vendor:uuid}/approve",
    operation_id="approveVendor",
    status_code=200,
    guards=[operator_only],
    responses=answers(VendorState, also=IF_MATCH_OPTIONAL),
)
async def approve(
    vendor: FromPath[UUID], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """Let a vendor sell: what it publishes is shown from now on.

    409 `profile_incomplete` tells what is `missing`.
    """
    command = ApproveVendor(vendor_id=vendor, version=commanding.version)
    return await commanding.run(approve_vendor, command, MARKET, vendor_answer(200))


@post(
    "/v1/vendors/{vendor:uuid}/reinstate",
    operation_id="reinstateVendor",
    status_code=200,
    guards=[operator_only],
    responses=answers(VendorState, also=IF_MATCH_OPTIONAL),
)
async def reinstate(
    vendor: FromPath[UUID], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """End a suspension: what the vendor had published is shown again."""
    command = ReinstateVendor(vendor_id=vendor, version=commanding.version)
    return await commanding.run(reinstate_vendor, command, MARKET, vendor_answer(200))


async def _with_reason(
    function: Callable[[Any, UnitOfWork], Awaitable[Vendor]],
    kind: type[Any],
    vendor_id: UUID,
    data: GivenReason | None,
    commanding: Commanding,
) -> Response[bytes]:
    reason = None if data is None else data.reason
    command = kind(vendor_id=vendor_id, reason=reason, version=commanding.version)
    return await commanding.run(function, command, MARKET, vendor_answer(200))


@post(
    "/v1/vendors/{vendor:uuid}/reject",
    operation_id="rejectVendor",
    status_code=200,
    guards=[operator_only],
    responses=answers(VendorState, also=IF_MATCH_OPTIONAL),
)
async def reject(
    vendor: FromPath[UUID],
    commanding: NamedDependency[Commanding],
    data: JSONBody[GivenReason | None] = None,
) -> Response[bytes]:
    """Turn an application down; the `reason` is told to the vendor."""
    return await _with_reason(reject_vendor, RejectVendor, vendor, data, commanding)


@post(
    "/v1/vendors/{vendor:uuid}/suspend",
    operation_id="suspendVendor",
    status_code=200,
    guards=[operator_only],
    responses=answers(VendorState, also=IF_MATCH_OPTIONAL),
)
async def suspend(
    vendor: FromPath[UUID],
    commanding: NamedDependency[Commanding],
    data: JSONBody[GivenReason | None] = None,
) -> Response[bytes]:
    """Take a vendor off the marketplace until it is reinstated.

    Nothing of it is shown or sold; the `reason` is told to the vendor.
    """
    return await _with_reason(suspend_vendor, SuspendVendor, vendor, data, commanding)


@post(
    "/v1/vendors/{vendor:uuid}/close",
    operation_id="closeVendor",
    opt=ENDS_RIGHTS,
    status_code=200,
    guards=[operator_or_owner],
    responses=answers(VendorState, also=IF_MATCH_OPTIONAL),
)
async def close(
    vendor: FromPath[UUID],
    commanding: NamedDependency[Commanding],
    data: JSONBody[GivenReason | None] = None,
) -> Response[bytes]:
    """Stop selling for good: offers are withdrawn, and API keys end at once.

    There is no way back; for a while, pause it.
    """
    return await _with_reason(close_vendor, CloseVendor, vendor, data, commanding)


ROUTES = [change, pause, resume, approve, reinstate, reject, suspend, close]
