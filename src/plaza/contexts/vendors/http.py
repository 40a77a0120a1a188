"""Routes that change vendors."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from plaza.contexts.vendors.commands.apply_as_vendor import ApplyAsVendor, apply_as_vendor
from plaza.contexts.vendors.commands.approve_vendor import ApproveVendor, approve_vendor
from plaza.contexts.vendors.commands.close_vendor import CloseVendor, close_vendor
from plaza.contexts.vendors.commands.reinstate_vendor import ReinstateVendor, reinstate_vendor
from plaza.contexts.vendors.commands.reject_vendor import RejectVendor, reject_vendor
from plaza.contexts.vendors.commands.suspend_vendor import SuspendVendor, suspend_vendor
from plaza.contexts.vendors.vendor import Vendor
from plaza.kernel.actor import MARKET, Surface
from plaza.kernel.ids import new_id
from plaza.kernel.money import CurrencyCode
from plaza.kernel.text import Country, EmailText, Name, Paragraphs, Reason, Slug
from plaza.web.authentication import authenticated, member_with, operator_only
from plaza.web.commanding import Commanding
from plaza.web.documenting import IF_MATCH_OPTIONAL, answers
from plaza.writing.answer import Answer, answer_with
from plaza.writing.unit_of_work import UnitOfWork


class VendorApplication(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    country: Country
    currency: CurrencyCode
    contact_email: EmailText
    description: Paragraphs = ""
    slug: Slug | None = None


class GivenReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason | None = None


class VendorState(msgspec.Struct, frozen=True):
    id: UUID
    slug: str
    status: str
    version: int


def vendor_answer(status: int) -> Callable[[Vendor], Answer]:
    """The present state of the vendor."""

    def answer(vendor: Vendor) -> Answer:
        state = VendorState(vendor.id, vendor.slug, vendor.status, vendor.version)
        return answer_with(status, state, etag=f'"{vendor.version}"')

    return answer


async def operator_or_owner(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Guard: an operator, or an owner of the vendor."""
    caller = await connection.app.state.authenticator.caller_of(connection)
    if caller is not None and caller.standing.is_operator:
        await operator_only(connection, handler)
    else:
        await member_with("owner")(connection, handler)


@post(
    "/v1/vendors",
    operation_id="applyAsVendor",
    guards=[authenticated],
    responses=answers(VendorState, 201),
)
async def apply(
    data: JSONBody[VendorApplication], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    command = ApplyAsVendor(
        vendor_id=new_id(),
        owner_account_id=commanding.caller.account_id,
        **msgspec.structs.asdict(data),
    )
    surface = Surface(vendor_id=command.vendor_id)
    return await commanding.run(apply_as_vendor, command, surface, vendor_answer(201))


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
    return await _with_reason(suspend_vendor, SuspendVendor, vendor, data, commanding)


@post(
    "/v1/vendors/{vendor:uuid}/close",
    operation_id="closeVendor",
    status_code=200,
    guards=[operator_or_owner],
    responses=answers(VendorState, also=IF_MATCH_OPTIONAL),
)
async def close(
    vendor: FromPath[UUID],
    commanding: NamedDependency[Commanding],
    data: JSONBody[GivenReason | None] = None,
) -> Response[bytes]:
    return await _with_reason(close_vendor, CloseVendor, vendor, data, commanding)


ROUTES = [apply, approve, reinstate, reject, suspend, close]
