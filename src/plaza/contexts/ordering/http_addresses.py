"""Routes about the addresses that a person keeps for later."""

from uuid import UUID

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from plaza.contexts.ordering.address import AddressLine, Phone, PostalCode
from plaza.contexts.ordering.address_book import BookedAddress, RemovedAddress
from plaza.contexts.ordering.commands.change_address import ChangeAddress, change_address
from plaza.contexts.ordering.commands.remove_address import RemoveAddress, remove_address
from plaza.contexts.ordering.commands.set_default_address import (
    SetDefaultAddress,
    set_default_address,
)
from plaza.contexts.ordering.queries.list_addresses import AddressList, list_addresses
from plaza.kernel.actor import Surface
from plaza.kernel.text import Country, Name
from plaza.reading.cursor import Cursors
from plaza.reading.page import LIMIT_DEFAULT
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads
from plaza.web.answering import private_answer
from plaza.web.authentication import authenticated
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.web.parameters import Cursor, Limit
from plaza.writing.answer import Answer, answer_with


class AddressChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    name: Name | UnsetType = UNSET
    line1: AddressLine | UnsetType = UNSET
    line2: AddressLine | None | UnsetType = UNSET
    city: AddressLine | UnsetType = UNSET
    region: AddressLine | None | UnsetType = UNSET
    postal_code: PostalCode | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    phone: Phone | None | UnsetType = UNSET


def _told(result: BookedAddress | RemovedAddress) -> Answer:
    return answer_with(200, result)


@get(
    "/v1/account/addresses",
    operation_id="listAddresses",
    guards=[authenticated],
    responses=answers(AddressList),
)
async def own_addresses(
    commanding: NamedDependency[Commanding],
    reads: NamedDependency[PrivateReads],
    cursors: NamedDependency[Cursors],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response[bytes]:
    """The addresses that the person who asks keeps, the latest first."""
    paging = Paging(cursors, limit, cursor)
    found = await list_addresses(reads, commanding.caller.account_id, paging)
    return private_answer(msgspec.json.encode(found), {})


@patch(
    "/v1/account/addresses/{address:uuid}",
    operation_id="changeAddress",
    guards=[authenticated],
    responses=answers(BookedAddress),
)
async def change(
    address: FromPath[UUID],
    data: JSONBody[AddressChange],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """Say something else of it; carts and orders keep the address that they were given."""
    account_id = commanding.caller.account_id
    # The encoder leaves out what is unset.
    changes: dict[str, str | None] = msgspec.to_builtins(data)
    command = ChangeAddress(account_id=account_id, address_id=address, changes=changes)
    surface = Surface(account_id=account_id)
    return await commanding.run(change_address, command, surface, _told, is_secret=True)


@delete(
    "/v1/account/addresses/{address:uuid}",
    operation_id="removeAddress",
    status_code=200,
    guards=[authenticated],
    responses=answers(RemovedAddress),
)
async def remove(
    address: FromPath[UUID], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """Forget it; carts and orders keep the address that they were given."""
    account_id = commanding.caller.account_id
    command = RemoveAddress(account_id=account_id, address_id=address)
    return await commanding.run(remove_address, command, Surface(account_id=account_id), _told)


@post(
    "/v1/account/addresses/{address:uuid}/default",
    operation_id="setDefaultAddress",
    status_code=200,
    guards=[authenticated],
    responses=answers(BookedAddress),
)
async def prefer(
    address: FromPath[UUID], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """Have it proposed before the others."""
    account_id = commanding.caller.account_id
    command = SetDefaultAddress(account_id=account_id, address_id=address)
    surface = Surface(account_id=account_id)
    return await commanding.run(set_default_address, command, surface, _told, is_secret=True)


ROUTES = [own_addresses, change, remove, prefer]
