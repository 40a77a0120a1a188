"""What keeps a person from leaving the marketplace: vendors that nobody else could answer for."""

from uuid import UUID

import msgspec
from sqlalchemy import func, select

from plaza.contexts.vendors.member import Member
from plaza.contexts.vendors.vendor import MOVES, Vendor, Vendors
from plaza.writing.unit_of_work import UnitOfWork


class OwnedAlone(msgspec.Struct, frozen=True):
    """A vendor whose last owner the person is."""

    vendor_id: UUID
    name: str
    status: str


async def vendors_owned_alone(account_id: UUID, work: UnitOfWork) -> list[OwnedAlone]:
    """The vendors that would have no owner without the person, and can be closed before.

    Of the others nobody can buy: they were not approved yet, or are closed already.

    The members of all vendors that the person works for stay as they are until the command's end,
    so that two owners cannot both leave, nor one leave to whom who is about to go.
    """
    own = select(Member.vendor_id).where(Member.account_id == account_id)
    ids = list(await work.session.scalars(own.order_by(Member.vendor_id)))
    vendors = [await Vendors.of(work).find_locked(vendor_id) for vendor_id in ids]
    # As what they work there is asked behind the locks: somebody may have waited to change it.
    owned = set(await work.session.scalars(own.where(Member.role == "owner")))
    return [
        OwnedAlone(vendor.id, vendor.name, vendor.status)
        for vendor in vendors
        if vendor.id in owned
        and "closed" in MOVES[vendor.status]
        and not await _has_another_owner(vendor, account_id, work)
    ]


async def _has_another_owner(vendor: Vendor, account_id: UUID, work: UnitOfWork) -> bool:
    others = select(func.count()).where(
        Member.vendor_id == vendor.id, Member.role == "owner", Member.account_id != account_id
    )
    return bool(await work.session.scalar(others))
