"""Somebody wants to sell."""

from plaza.contexts.identity.account import Accounts
from plaza.contexts.vendors.commands.register_vendor import RegisterVendor, register_vendor
from plaza.contexts.vendors.vendor import Vendor
from plaza.kernel.refusals import NotAuthenticated, NotThere
from plaza.writing.unit_of_work import UnitOfWork


class ApplyAsVendor(RegisterVendor, frozen=True, kw_only=True):
    """An application; the applicant becomes the owner."""


async def apply_as_vendor(command: ApplyAsVendor, work: UnitOfWork) -> Vendor:
    """Apply.

    Raises:
        NotAuthenticated: the applicant was erased a moment ago.
        UnknownCurrency, UnknownCountry: it is none of ISO's.
    """
    try:
        # Locked, so that who erases the account meanwhile finds the vendor, or there is none.
        await Accounts.of(work).locked(command.owner_account_id, shared=True)
    except NotThere as error:
        raise NotAuthenticated("The account is no longer there.") from error
    return await register_vendor(command, work)
