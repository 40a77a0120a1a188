"""Somebody wants to sell."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.vendor import Member, Vendor
from plaza.kernel.ids import new_id
from plaza.kernel.money import CurrencyCode, known_currencies
from plaza.kernel.refusals import Unprocessable
from plaza.kernel.text import Country, EmailText, Name, Paragraphs, Slug, slug_of
from plaza.writing.unit_of_work import UnitOfWork


class UnknownCurrency(Unprocessable):
    code = "unknown_currency"
    title = "Not a currency of ISO 4217"


class ApplyAsVendor(msgspec.Struct, frozen=True, kw_only=True):
    """An application; the applicant becomes the owner."""

    vendor_id: UUID = msgspec.field(default_factory=new_id)
    owner_account_id: UUID
    name: Name
    country: Country
    currency: CurrencyCode
    contact_email: EmailText
    description: Paragraphs = ""
    slug: Slug | None = None


async def apply_as_vendor(command: ApplyAsVendor, work: UnitOfWork) -> Vendor:
    if command.currency not in known_currencies():
        raise UnknownCurrency(f"{command.currency} is not a currency.")
    vendor = Vendor(
        id=command.vendor_id,
        slug=command.slug or slug_of(command.name),
        name=command.name,
        country=command.country,
        currency=command.currency,
        contact_email=command.contact_email,
        description=command.description,
    )
    work.publish(vendor.apply())
    work.session.add(vendor)
    await work.flush()
    owner = Member(vendor_id=vendor.id, account_id=command.owner_account_id, role="owner")
    work.session.add(owner)
    return vendor
