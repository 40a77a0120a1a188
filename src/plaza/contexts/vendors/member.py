"""Members: who works for a vendor, and as what. A vendor always has an owner."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, ForeignKey, func, select
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.vendors.events import MemberJoined, MemberRemoved, MemberRoleChanged
from plaza.contexts.vendors.vendor import Vendors
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import Conflict, NotThere
from plaza.writing.aggregate import Row
from plaza.writing.unit_of_work import UnitOfWork

Role = Literal["owner", "manager", "staff"]


class LastOwner(Conflict):
    code = "last_owner"
    title = "A vendor needs an owner"


class VendorWithoutOwner(Conflict):
    code = "vendor_without_owner"
    title = "Nobody answers for the vendor any more"


class VendorHasOwner(Conflict):
    code = "vendor_has_owner"
    title = "Somebody answers for the vendor"


class AlreadyMember(Conflict):
    code = "already_member"
    title = "The account is a member of this vendor already"


class Member(Row):
    """An account's role in a vendor."""

    __tablename__ = "member"
    __table_args__ = {"schema": "vendors"}  # noqa: RUF012  SQLAlchemy's own form

    vendor_id: Mapped[UUID] = mapped_column(ForeignKey("vendors.vendor.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str]
    id: Mapped[UUID]
    version: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())

    @classmethod
    def join(cls, vendor_id: UUID, account_id: UUID, role: str) -> tuple["Member", MemberJoined]:
        """A new member and its first fact."""
        member = cls(vendor_id=vendor_id, account_id=account_id, role=role, id=new_id(), version=1)
        joined = MemberJoined(
            member_id=member.id, vendor_id=vendor_id, account_id=account_id, version=1, role=role
        )
        return member, joined

    def change_role(self, role: Role) -> MemberRoleChanged:
        self.role = role
        self.version += 1
        return MemberRoleChanged(
            member_id=self.id,
            vendor_id=self.vendor_id,
            account_id=self.account_id,
            version=self.version,
            role=role,
        )

    def removed(self) -> MemberRemoved:
        """Its last fact."""
        return MemberRemoved(
            member_id=self.id,
            vendor_id=self.vendor_id,
            account_id=self.account_id,
            version=self.version + 1,
        )


async def find_member(vendor_id: UUID, account_id: UUID, work: UnitOfWork) -> Member:
    """The member; nobody else changes the vendor's members until the command's end.

    Raises:
        NotThere: there is none, or it is not for the caller to see.
    """
    await Vendors.of(work).find_locked(vendor_id)
    member = await work.session.get(Member, (vendor_id, account_id), populate_existing=True)
    if member is None:
        raise NotThere
    return member


async def require_another_owner(member: Member, work: UnitOfWork) -> None:
    """Refuse to let the last owner go; the vendor is locked, so that two cannot go at once.

    Raises:
        LastOwner: it is.
    """
    if member.role != "owner":
        return
    if await _owners_of(member.vendor_id, work) == 1:
        raise LastOwner("Make another member an owner first.")


async def require_owner(vendor_id: UUID, work: UnitOfWork) -> None:
    """Refuse to let a vendor sell for which nobody answers; it is locked.

    Raises:
        VendorWithoutOwner: its owner has left the marketplace.
    """
    if await _owners_of(vendor_id, work) == 0:
        raise VendorWithoutOwner("Its owner has left: invite another one, or reject it.")


async def refuse_owned(vendor_id: UUID, work: UnitOfWork) -> None:
    """Leave a vendor to those who answer for it; it is locked.

    Raises:
        VendorHasOwner: there is such a one.
    """
    if await _owners_of(vendor_id, work) > 0:
        raise VendorHasOwner("Its owners invite whom they want.")


async def is_left_alone(vendor_id: UUID, work: UnitOfWork) -> bool:
    """Whether nobody answers for the vendor; it is locked."""
    return await _owners_of(vendor_id, work) == 0


async def _owners_of(vendor_id: UUID, work: UnitOfWork) -> int:
    owners = select(func.count()).where(Member.vendor_id == vendor_id, Member.role == "owner")
    return await work.session.scalar(owners) or 0


CONSTRAINTS = {"member_pkey": (AlreadyMember, "Its owner can change the role.")}
