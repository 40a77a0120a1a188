"""Routes that change stock."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from plaza.contexts.inventory.commands.adjust_stock import AdjustStock, adjust_stock
from plaza.contexts.inventory.commands.change_stocking import ChangeStocking, change_stocking
from plaza.contexts.inventory.commands.create_location import CreateLocation, create_location
from plaza.contexts.inventory.commands.set_stock import SetStock, set_stock
from plaza.contexts.inventory.location import Location
from plaza.contexts.inventory.shelf import Level
from plaza.contexts.inventory.stock import Delta, Quantity
from plaza.contexts.inventory.stocking import Stocking
from plaza.kernel.actor import Surface
from plaza.kernel.text import Name, Reason
from plaza.web.authentication import ROLES_WRITING_CATALOG, member_with
from plaza.web.commanding import Commanding
from plaza.web.documenting import IF_MATCH_REQUIRED, answers
from plaza.writing.answer import Answer, answer_with

Buckets = Annotated[int, Meta(ge=1, le=64)]


class CountedStock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    on_hand: Quantity
    if_on_hand: Quantity | None = None
    location_id: UUID | None = None
    """None: the vendor's default one."""


class StockAdjustment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    delta: Delta
    reason: Reason
    location_id: UUID | None = None
    """None: the vendor's default one."""


class StockLevel(msgspec.Struct, frozen=True):
    offer_id: UUID
    location_id: UUID
    on_hand: int
    reserved: int
    available: int
    backordered: int
    """Sold beyond what is on hand; what comes in is given to these first."""


class StockingChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is not named stays as it is."""

    allows_backorder: bool | UnsetType = UNSET
    """Whether more may be sold than is on hand."""
    low_at: Quantity | None | UnsetType = UNSET
    """At how many available units to be warned; null: the marketplace's setting."""
    buckets: Buckets | UnsetType = UNSET
    """Over how many rows to spread the stock, so that buyers of a hot offer do not wait."""


class OfferStocking(msgspec.Struct, frozen=True):
    offer_id: UUID
    allows_backorder: bool
    low_at: int | None
    buckets: int
    version: int


class NewLocation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Name


class StockLocation(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    is_default: bool


def stock_answer(level: Level) -> Answer:
    stock_level = StockLevel(
        offer_id=level.offer_id,
        location_id=level.location_id,
        on_hand=level.on_hand,
        reserved=level.reserved,
        available=level.on_hand - level.reserved,
        backordered=level.backordered,
    )
    return answer_with(200, stock_level)


def stocking_answer(stocking: Stocking) -> Answer:
    body = OfferStocking(
        offer_id=stocking.id,
        allows_backorder=stocking.allows_backorder,
        low_at=stocking.low_at,
        buckets=stocking.buckets,
        version=stocking.version,
    )
    return answer_with(200, body, etag=f'"{stocking.version}"')


def location_answer(location: Location) -> Answer:
    return answer_with(201, StockLocation(location.id, location.name, location.is_default))


@put(
    "/v1/vendors/{vendor:uuid}/offers/{offer:uuid}/stock",
    operation_id="setStock",
    guards=[member_with(*ROLES_WRITING_CATALOG, scope="inventory:write")],
    responses=answers(StockLevel),
)
async def set_level(
    vendor: FromPath[UUID],
    offer: FromPath[UUID],
    data: JSONBody[CountedStock],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """Say how many were counted; with `if_on_hand` only where nobody changed it meanwhile.

    409 `below_reserved`: orders wait for more than that. 409 `stock_changed`: read, count again.
    """
    command = SetStock(vendor_id=vendor, offer_id=offer, **msgspec.structs.asdict(data))
    return await commanding.run(set_stock, command, Surface(vendor_id=vendor), stock_answer)


@post(
    "/v1/vendors/{vendor:uuid}/offers/{offer:uuid}/stock/adjust",
    operation_id="adjustStock",
    status_code=200,
    guards=[member_with(*ROLES_WRITING_CATALOG, scope="inventory:write")],
    responses=answers(StockLevel),
)
async def adjust_level(
    vendor: FromPath[UUID],
    offer: FromPath[UUID],
    data: JSONBody[StockAdjustment],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """Add how many came in or, below zero, take away how many got lost.

    409 `below_reserved`: orders wait for more than would be left.
    """
    command = AdjustStock(vendor_id=vendor, offer_id=offer, **msgspec.structs.asdict(data))
    return await commanding.run(adjust_stock, command, Surface(vendor_id=vendor), stock_answer)


@patch(
    "/v1/vendors/{vendor:uuid}/offers/{offer:uuid}/stocking",
    operation_id="changeStocking",
    guards=[member_with(*ROLES_WRITING_CATALOG, scope="inventory:write")],
    responses=answers(OfferStocking, also=IF_MATCH_REQUIRED),
)
async def change(
    vendor: FromPath[UUID],
    offer: FromPath[UUID],
    data: JSONBody[StockingChange],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """An offer that was never changed has version 1, and all of it in one bucket."""
    command = ChangeStocking(
        vendor_id=vendor,
        offer_id=offer,
        version=commanding.version,
        **msgspec.structs.asdict(data),
    )
    surface = Surface(vendor_id=vendor)
    return await commanding.run(change_stocking, command, surface, stocking_answer)


@post(
    "/v1/vendors/{vendor:uuid}/locations",
    operation_id="createLocation",
    guards=[member_with(*ROLES_WRITING_CATALOG, scope="inventory:write")],
    responses=answers(StockLocation, 201),
)
async def create_place(
    vendor: FromPath[UUID], data: JSONBody[NewLocation], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """Name another place where goods lie; stock is counted there by its `location_id`."""
    command = CreateLocation(vendor_id=vendor, name=data.name)
    surface = Surface(vendor_id=vendor)
    return await commanding.run(create_location, command, surface, location_answer)


ROUTES = [set_level, adjust_level, change, create_place]
