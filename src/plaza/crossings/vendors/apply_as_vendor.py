"""Somebody wants to sell."""

from decimal import Decimal
from uuid import UUID

import msgspec

from plaza.contexts.identity.account import Accounts
from plaza.contexts.vendors.commands.register_vendor import RegisterVendor, register_vendor
from plaza.contexts.vendors.vendor import Vendor
from plaza.kernel.ids import new_id
from plaza.kernel.money import CurrencyCode
from plaza.kernel.refusals import NotAuthenticated, NotThere
from plaza.kernel.text import Country, EmailText, Name, Paragraphs, Slug
from plaza.writing.unit_of_work import UnitOfWork


class ApplyAsVendor(msgspec.Struct, frozen=True, kw_only=True):
    """An application; the applicant becomes the owner."""

    vendor_id: UUID = msgspec.field(default_factory=new_id)
    owner_account_id: UUID
    name: Name
    country: Country
    currency: CurrencyCode
    contact_email: EmailText
    description: Paragraphs = ""
    tax_rate: Decimal = Decimal(0)
    slug: Slug | None = None
    """Unset: made of the name, with a number behind it where that is taken."""


async def apply_as_vendor(command: ApplyAsVendor, work: UnitOfWork) -> Vendor:
    """Apply.

    Raises:
        NotAuthenticated: the applicant was erased a moment ago.
    """
    try:
        # Locked, so that who erases the account meanwhile finds the vendor, or there is none.
        await Accounts.of(work).locked(command.owner_account_id, shared=True)
    except NotThere as error:
        raise NotAuthenticated("The account is no longer there.") from error
    return await register_vendor(RegisterVendor(**msgspec.structs.asdict(command)), work)
