"""To whom a mail goes and what it says, asked of the contexts that want it sent."""

from urllib.parse import quote
from uuid import UUID

import asyncpg

from plaza.adapters.order_letters import ORDER_KINDS, StoredOrderLetters
from plaza.contexts.notifications.letter import Letter
from plaza.contexts.notifications.letters import Letters
from plaza.kernel.actor import MARKET
from plaza.kernel.signed_id import SignedIds
from plaza.kernel.text import normalized_email
from plaza.reading.pools import PrivateReads

MAIL_REQUEST = """
    SELECT r.email AS requested, r.expires_at,
        r.used_at IS NULL AND r.expires_at > now() AS is_open,
        a.email, a.pending_email, nullif(a.name, '') AS name,
        a.email_verified_at IS NOT NULL AS is_verified, a.erased_at IS NOT NULL AS is_erased
    FROM identity.mail_request r JOIN identity.account a ON a.id = r.account_id
    WHERE r.id = $1 AND r.purpose = $2
"""

INVITATION = """
    SELECT i.email, i.role, i.expires_at, v.name AS vendor, nullif(a.name, '') AS inviter
    FROM vendors.invitation i JOIN vendors.vendor v ON v.id = i.vendor_id
    LEFT JOIN identity.account a ON a.id = i.invited_by
    WHERE i.id = $1 AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now()
        AND v.status <> 'closed'
"""

INVITATION_KIND = "invitation"


class StoredMailContents:
    """Letters about what stands in identity and vendors when they are written."""

    def __init__(
        self, reads: PrivateReads, tokens: SignedIds, letters: Letters, orders: StoredOrderLetters
    ) -> None:
        self._reads = reads
        self._tokens = tokens
        self._letters = letters
        self._orders = orders

    async def letter_of(self, kind: str, about_id: UUID) -> Letter | None:
        if kind in ORDER_KINDS:
            return await self._orders.letter_of(kind, about_id)
        if kind == INVITATION_KIND:
            return await self._invitation(about_id)
        async with self._reads.within(MARKET) as connection:
            row = await connection.fetchrow(MAIL_REQUEST, about_id, kind)
        # Without an account there is nobody: the address was never known here.
        return None if row is None else self._about_account(kind, about_id, row)

    def _about_account(self, kind: str, mail_id: UUID, row: asyncpg.Record) -> Letter | None:
        if kind == "account_erased":
            return self._letters.write(kind, row["requested"])
        if row["is_erased"]:
            return None
        match kind:
            case "verify_email":
                return self._verify_email(mail_id, row)
            case "reset_password":
                return self._reset_password(mail_id, row)
            case "password_changed":
                # The address that it had then, unless it is spelled otherwise.
                recipient = _known_as(row["requested"], row["email"]) or row["requested"]
                return self._letters.write(kind, recipient, name=row["name"])
            case _:
                return self._letters.write(kind, row["email"])

    def _verify_email(self, mail_id: UUID, row: asyncpg.Record) -> Letter | None:
        recipient = _known_as(row["requested"], row["email"], row["pending_email"])
        is_confirmed = row["is_verified"] and recipient == row["email"]
        if recipient is None or is_confirmed or not row["is_open"]:
            return None
        # No name: whoever registers a stranger's address would write to them through us.
        path = self._path("/verify-email", mail_id, "verify_email")
        return self._letters.write("verify_email", recipient, until=row["expires_at"], path=path)

    def _reset_password(self, mail_id: UUID, row: asyncpg.Record) -> Letter | None:
        if not row["is_open"]:
            return None
        # To the address of the account and not to the one that was typed: two that compare equal
        # can be two people's mailboxes.
        return self._letters.write(
            "reset_password",
            row["email"],
            until=row["expires_at"],
            path=self._path("/reset-password", mail_id, "reset_password"),
            name=row["name"],
        )

    async def _invitation(self, mail_id: UUID) -> Letter | None:
        async with self._reads.within(MARKET) as connection:
            row = await connection.fetchrow(INVITATION, mail_id)
        if row is None:
            return None
        return self._letters.write(
            INVITATION_KIND,
            row["email"],
            until=row["expires_at"],
            path=self._path("/invitations", mail_id, INVITATION_KIND),
            vendor=row["vendor"],
            role=row["role"],
            inviter=row["inviter"],
        )

    def _path(self, path: str, mail_id: UUID, purpose: str) -> str:
        return f"{path}?token={quote(self._tokens.sign(mail_id, purpose))}"


def _known_as(requested: str, *known: str | None) -> str | None:
    """The account's own spelling of the address that was asked for."""
    wanted = normalized_email(requested)
    return next((email for email in known if email and normalized_email(email) == wanted), None)
