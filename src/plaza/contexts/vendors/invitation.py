"""Invitations: somebody is asked by mail to work for a vendor."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import FetchedValue, select
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.vendors.events import InvitationAccepted, InvitationRevoked, MemberInvited
from plaza.contexts.vendors.vendor import Vendor, Vendors
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import Conflict, Forbidden, NotThere, Unprocessable
from plaza.kernel.text import normalized_email
from plaza.writing.aggregate import Row
from plaza.writing.unit_of_work import UnitOfWork

INVITATION_LIFETIME = timedelta(days=7)
PURPOSE = "invitation"
"""What the token of its mail is signed for."""

InvitationStatus = Literal["open", "accepted", "revoked", "expired"]


class InvalidEmail(Unprocessable):
    code = "invalid_email"
    title = "Not an e-mail address"


class InvalidInvitation(Unprocessable):
    code = "invalid_invitation"
    title = "Not the token of an invitation"


class InvitationForAnother(Forbidden):
    code = "invitation_for_another"
    title = "The invitation is for another e-mail address"


class InvitationUsed(Unprocessable):
    code = "invitation_used"
    title = "The invitation was accepted before"


class InvitationIsRevoked(Unprocessable):
    code = "invitation_revoked"
    title = "The invitation was taken back"


class InvitationExpired(Unprocessable):
    code = "invitation_expired"
    title = "The invitation is too old"


class InvitationOver(Conflict):
    code = "invitation_over"
    title = "The invitation was accepted before"


class Invitation(Row):
    """A place in a vendor that waits for the holder of an address."""

    __tablename__ = "invitation"
    __table_args__ = {"schema": "vendors"}  # noqa: RUF012  SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True)
    vendor_id: Mapped[UUID]
    email: Mapped[str]
    role: Mapped[str]
    invited_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    @classmethod
    def invite(
        cls, vendor_id: UUID, *, email: str, role: str, invited_by: UUID | None, now: datetime
    ) -> tuple["Invitation", MemberInvited]:
        """A new invitation and its first fact, which does not say to whom.

        Raises:
            InvalidEmail: nobody could be reached under it.
        """
        invitation = cls(
            id=new_id(),
            vendor_id=vendor_id,
            email=checked_email(email),
            role=role,
            invited_by=invited_by,
            expires_at=now + INVITATION_LIFETIME,
            accepted_at=None,
            revoked_at=None,
        )
        fact = MemberInvited(invitation_id=invitation.id, vendor_id=vendor_id, version=1, role=role)
        return invitation, fact

    def status_at(self, now: datetime) -> InvitationStatus:
        if self.accepted_at is not None:
            return "accepted"
        if self.revoked_at is not None:
            return "revoked"
        return "open" if now < self.expires_at else "expired"

    def accept(self, email: str, now: datetime) -> InvitationAccepted:
        """Take the place.

        Args:
            email: the caller's address, which is known to be theirs.
            now: the database's time.

        Raises:
            InvitationForAnother: it was sent to another address; that is told before all else.
            InvitationUsed, InvitationIsRevoked, InvitationExpired: it is good no more.
        """
        if normalized_email(email) != normalized_email(self.email):
            raise InvitationForAnother("Log in with the account that has the invited address.")
        status = self.status_at(now)
        if status == "accepted":
            raise InvitationUsed("An invitation is good for once.")
        if status == "revoked":
            raise InvitationIsRevoked("Ask for another one.")
        if status == "expired":
            raise InvitationExpired("It was good for seven days; ask for another one.")
        self.accepted_at = now
        return InvitationAccepted(invitation_id=self.id, vendor_id=self.vendor_id, version=2)

    def revoke(self, now: datetime) -> InvitationRevoked | None:
        """Take it back; nothing happens where that was done before.

        Raises:
            InvitationOver: it was accepted; the member can be removed.
        """
        if self.accepted_at is not None:
            raise InvitationOver("Remove the member instead.")
        if self.revoked_at is not None:
            return None
        self.revoked_at = now
        return InvitationRevoked(invitation_id=self.id, vendor_id=self.vendor_id, version=2)


async def find_invitation(invitation_id: UUID, work: UnitOfWork) -> tuple[Invitation, Vendor]:
    """The invitation and its vendor, whose lock keeps everybody else from changing either.

    Raises:
        NotThere: there is none, or it is not for the caller to see.
    """
    wanted = select(Invitation).where(Invitation.id == invitation_id)
    vendor_id = await work.session.scalar(wanted.with_only_columns(Invitation.vendor_id))
    if vendor_id is None:
        raise NotThere
    vendor = await Vendors.of(work).find_locked(vendor_id)
    found = await work.session.scalar(wanted)
    if found is None:
        # Its addressee was erased meanwhile, and the address with them.
        raise NotThere
    return found, vendor


async def revoke_open(vendor_id: UUID, email: str, work: UnitOfWork) -> None:
    """Take back what the address was sent before, so that the last mail alone is good.

    The vendor is locked.
    """
    for invitation in await _waiting(vendor_id, work):
        if normalized_email(invitation.email) == normalized_email(email):
            _revoke(invitation, work)


async def revoke_all(vendor_id: UUID, work: UnitOfWork) -> None:
    """Take back whatever waits; the vendor is locked."""
    for invitation in await _waiting(vendor_id, work):
        _revoke(invitation, work)


async def revoke_sent(vendor_id: UUID, account_id: UUID, work: UnitOfWork) -> None:
    """Take back what somebody has sent who may invite nobody any more, themselves included.

    The vendor is locked.
    """
    for invitation in await _waiting(vendor_id, work):
        if invitation.invited_by == account_id:
            _revoke(invitation, work)


async def _waiting(vendor_id: UUID, work: UnitOfWork) -> Iterable[Invitation]:
    waiting = select(Invitation).where(
        Invitation.vendor_id == vendor_id,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    return await work.session.scalars(waiting)


def _revoke(invitation: Invitation, work: UnitOfWork) -> None:
    revoked = invitation.revoke(work.now)
    assert revoked is not None
    work.publish(revoked)


def checked_email(email: str) -> str:
    """The address without what surrounds it.

    Raises:
        InvalidEmail: nobody could be reached under it.
    """
    try:
        # Addresses under reserved names, such as the demo's, are as good as any.
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise InvalidEmail(str(error)) from error
    return email.strip()
