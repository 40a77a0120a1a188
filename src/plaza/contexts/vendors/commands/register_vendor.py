"""A vendor begins, with whoever has applied as its owner."""

from decimal import Decimal
from uuid import UUID

import msgspec

from plaza.contexts.vendors.invitation import checked_email
from plaza.contexts.vendors.member import Member
from plaza.contexts.vendors.requirement import any_requirements
from plaza.contexts.vendors.slug import add_vendor, slugs_for
from plaza.contexts.vendors.vendor import Vendor
from plaza.kernel.countries import refuse_unknown_country
from plaza.kernel.ids import new_id
from plaza.kernel.money import CurrencyCode, known_currencies
from plaza.kernel.refusals import Unprocessable
from plaza.kernel.text import Country, EmailText, Name, Paragraphs, Slug
from plaza.writing.unit_of_work import UnitOfWork


class UnknownCurrency(Unprocessable):
    code = "unknown_currency"
    title = "Not a currency of ISO 4217"


class RegisterVendor(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of it at first; the owner is there, which others see to."""

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


async def register_vendor(command: RegisterVendor, work: UnitOfWork) -> Vendor:
    if command.currency not in known_currencies():
        raise UnknownCurrency(f"{command.currency} is not a currency.")
    refuse_unknown_country(command.country)
    new = Vendor(
        id=command.vendor_id,
        name=command.name,
        country=command.country,
        currency=command.currency,
        contact_email=checked_email(command.contact_email),
        description=command.description,
        tax_rate=command.tax_rate,
        status="applied",
        version=1,
    )
    slugs = slugs_for(new.name, new.id) if command.slug is None else [command.slug]
    vendor = await add_vendor(new, slugs, work)
    work.publish(vendor.applied())
    owner, joined = Member.join(vendor.id, command.owner_account_id, "owner")
    work.session.add(owner)
    work.publish(joined)
    if await any_requirements(work):
        work.publish(vendor.begin_onboarding())
    return vendor
