"""A person leaves the marketplace, and every context forgets them in one transaction."""

from uuid import UUID

import msgspec

from plaza.contexts.identity.account import Accounts
from plaza.contexts.identity.commands.forget_person import ForgetPerson, forget_person
from plaza.contexts.ordering.commands.forget_shopper import ForgetShopper, forget_shopper
from plaza.contexts.ordering.erasing import pending_orders
from plaza.contexts.vendors.commands.forget_member import ForgetMember, forget_member
from plaza.contexts.vendors.obligations import vendors_owned_alone
from plaza.kernel.refusals import Conflict
from plaza.writing.unit_of_work import UnitOfWork


class OpenObligations(Conflict):
    code = "open_obligations"
    title = "Something has to be settled before the account can go"


class Obligation(msgspec.Struct, frozen=True):
    """What is to be settled.

    Attributes:
        kind: why it is open; `last_owner` for a vendor that nobody else could answer for,
            `pending_order` for an order whose payment has no outcome yet.
        id: of the thing in question.
        name: of the thing in question.
        detail: what to do.
    """

    kind: str
    id: UUID
    name: str
    detail: str


class EraseAccount(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID
    checked_hash: str | None
    """The hash that the password fits; None for an account without one."""


async def erase_account(command: EraseAccount, work: UnitOfWork) -> None:
    """Forget the person; the account's id stays, because facts name it.

    Raises:
        OpenObligations: something is to be settled before; the problem lists it.
        WrongPassword: the password was changed since it was checked.
    """
    # Before the vendors, as by whoever joins one: nobody becomes its last owner while they leave.
    await Accounts.of(work).locked(command.account_id)
    obligations = [*await _vendors(command, work), *await _orders(command, work)]
    if obligations:
        message = "Settle what `obligations` lists, and repeat this."
        raise OpenObligations(message, obligations=obligations)
    forgetting = ForgetPerson(account_id=command.account_id, checked_hash=command.checked_hash)
    email = await forget_person(forgetting, work)
    await forget_member(ForgetMember(account_id=command.account_id, email=email), work)
    await forget_shopper(ForgetShopper(account_id=command.account_id), work)


async def _vendors(command: EraseAccount, work: UnitOfWork) -> list[Obligation]:
    return [
        Obligation(
            kind="last_owner",
            id=vendor.vendor_id,
            name=vendor.name,
            detail=f"The vendor is {vendor.status}: make another member its owner, or close it.",
        )
        for vendor in await vendors_owned_alone(command.account_id, work)
    ]


async def _orders(command: EraseAccount, work: UnitOfWork) -> list[Obligation]:
    return [
        Obligation(
            kind="pending_order",
            id=order.order_id,
            name=order.number,
            detail="The order is being paid: cancel it, or wait for what becomes of its payment.",
        )
        for order in await pending_orders(command.account_id, work)
    ]
