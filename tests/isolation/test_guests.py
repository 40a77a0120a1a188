"""A guest's cart: its secret opens it, and everybody else's secrets and scopes open nothing."""

from typing import Any
from uuid import UUID

import pytest

from actors import Person
from contexts.ordering.carts import HeldCart, lines_of
from isolation.entries import ENTRIES
from isolation.forcing import forced_into
from isolation.kinds import GUESTS, Kind
from isolation.operations import OPERATIONS
from isolation.strangers import missing
from isolation.tables import changed
from isolation.world import Case, World, told
from plaza.kernel.actor import Surface

OF_CARTS = [
    name
    for name, entry in ENTRIES.items()
    if "cart" in OPERATIONS[name].in_path and entry.audience.guests == 404
]


async def asked(case: Case) -> tuple[Person, dict[str, Any]]:
    """The guest of the case's side who holds its secret, and the ids of what is theirs."""
    cart: HeldCart = await case.things.of("guests_cart")
    guest = Person(case.side.marketplace.client())
    guest.client.headers.update(cart.headers)
    line_id = lines_of(cart.created)[0]["id"]
    offer_id = await case.things.of("published_offer")
    return guest, {"cart": cart.id, "line": line_id, "published_offer": offer_id}


# fault 64
@pytest.mark.parametrize("name", OF_CARTS)
async def test_anothers_secret_opens_as_little_as_none(world: World, name: str) -> None:
    case = await world.case(name)
    _, ids = await asked(case)
    before = await world.digests()

    for kind in GUESTS | {Kind.CUSTOMER, Kind.OPERATOR, Kind.OWNER}:
        person = await world.caller(case, kind)
        theirs = await told(case, person, ids)
        assert theirs.status == 404, kind
        assert theirs == await told(case, person, missing(ids, "cart")), kind
        assert not theirs.shows(case.side), kind

    assert changed(before, await world.digests()) == []


# fault 64, 66
@pytest.mark.parametrize("name", OF_CARTS)
async def test_with_the_secret_right_the_scope_of_another_shopper_shows_nothing(
    world: World, name: str
) -> None:
    case = await world.case(name)
    guest, ids = await asked(case)
    account = (await world.customer.get("/v1/account")).json()["id"]
    scopes = {
        **await world.strange_scopes(),
        "another guest's": Surface(checkout=True, cart_id=UUID(await case.things.of("cart"))),
        "a shopper's": Surface(checkout=True, account_id=UUID(account)),
        "of what is offered": Surface(checkout=True),
    }
    before = await world.digests()

    for whose, surface in scopes.items():
        with forced_into(surface) as opened:
            answer = await told(case, guest, ids)
        assert opened, "the request opened no scope: was it refused before?"
        assert not answer.shows(case.side), whose
        assert answer.status == 404, (whose, answer)

    assert changed(before, await world.digests()) == []


# fault 64
@pytest.mark.parametrize("name", OF_CARTS)
async def test_the_cart_s_own_guest_is_answered(world: World, name: str) -> None:
    case = await world.case_to_be_done(name)
    guest, ids = await asked(case)

    answer = await told(case, guest, ids)

    assert answer.status == 200, answer
    assert answer.shows(case.side)


def test_there_are_carts_to_be_asked_of() -> None:
    assert len(OF_CARTS) >= 6
