"""Routes about addresses that concern the account too."""

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from plaza.contexts.ordering.address import Address
from plaza.contexts.ordering.address_book import BookedAddress
from plaza.crossings.addresses.add_address import AddAddress, add_address
from plaza.kernel.actor import Surface
from plaza.web.authentication import authenticated
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.writing.answer import answer_with


class NewAddress(Address, frozen=True, kw_only=True, forbid_unknown_fields=True):
    is_default: bool = False
    """Whether it is to be proposed before the others from now on."""

    def address(self) -> Address:
        """Where it is."""
        return Address(**{name: getattr(self, name) for name in Address.__struct_fields__})


@post(
    "/v1/account/addresses",
    operation_id="addAddress",
    guards=[authenticated],
    responses=answers(BookedAddress, 201),
)
async def add(
    data: JSONBody[NewAddress], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """Keep an address for later; a hundred at most."""
    account_id = commanding.caller.account_id
    command = AddAddress(account_id=account_id, address=data.address(), is_default=data.is_default)
    # Nothing that names a person is kept for repeats in a form that others could read.
    return await commanding.run(
        add_address,
        command,
        Surface(account_id=account_id),
        lambda booked: answer_with(201, booked),
        is_secret=True,
    )


ROUTES = [add]
