"""An operator asks somebody to sell here."""

from decimal import Decimal
from uuid import UUID

import msgspec

from plaza.contexts.vendors.commands.register_vendor import UnknownCurrency
from plaza.contexts.vendors.invitation import Invitation, checked_email
from plaza.contexts.vendors.slug import add_vendor, slugs_for
from plaza.contexts.vendors.vendor import Vendor
from plaza.kernel.countries import refuse_unknown_country
from plaza.kernel.ids import new_id
from plaza.kernel.money import CurrencyCode, known_currencies
from plaza.kernel.text import Country, EmailText, Name, Paragraphs, Slug
from plaza.writing.unit_of_work import UnitOfWork


class InviteVendor(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever accepts becomes the owner; what is not known yet, the owner can say."""

    vendor_id: UUID = msgspec.field(default_factory=new_id)
    email: EmailText
    currency: CurrencyCode
    name: Name = "New vendor"
    country: Country | None = None
    description: Paragraphs = ""
    slug: Slug | None = None
    invited_by: UUID | None = None


async def invite_vendor(command: InviteVendor, work: UnitOfWork) -> Vendor:
    if command.currency not in known_currencies():
        raise UnknownCurrency(f"{command.currency} is not a currency.")
    if command.country is not None:
        refuse_unknown_country(command.country)
    new = Vendor(
        id=command.vendor_id,
        name=command.name,
        country=command.country or "",
        currency=command.currency,
        contact_email=checked_email(command.email),
        description=command.description,
        tax_rate=Decimal(0),
        status="invited",
        version=1,
    )
    slugs = slugs_for(new.name, new.id) if command.slug is None else [command.slug]
    vendor = await add_vendor(new, slugs, work)
    work.publish(vendor.invited())
    invitation, fact = Invitation.invite(
        vendor.id,
        email=command.email,
        role="owner",
        invited_by=command.invited_by,
        now=work.now,
    )
    work.session.add(invitation)
    work.publish(fact)
    return vendor
