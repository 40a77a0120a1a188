"""A guest's cart and order: the secret opens them, everybody else's secrets and scopes nothing."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from actors import Person
from contexts.ordering.carts import HeldCart, lines_of
from isolation.entries import ENTRIES
from isolation.forcing import forced_into
from isolation.kinds import GUESTS, Kind
from isolation.operations import OPERATIONS
from isolation.strangers import missing
from isolation.tables import changed
from isolation.world import Case, World, places_of, told
from plaza.kernel.actor import Surface
from shopping import Order

OF_GUESTS = [
    name
    for name, entry in ENTRIES.items()
    if {"cart", "order"} & OPERATIONS[name].in_path and entry.audience.is_opened
]
REPEATABLE = [name for name in OF_GUESTS if OPERATIONS[name].method == "POST"]
REPLAYED = "idempotency-replayed"


async def asked(case: Case) -> tuple[Person, dict[str, Any]]:
    """The guest of the case's side who holds its secret, and the ids of what is theirs."""
    if "order" in case.operation.in_path:
        thing = places_of(case.operation, case.entry)["order"]
        order: Order = await case.things.of(f"guests_{thing}")
        ids, headers = {"order": order.id}, order.headers
    else:
        cart: HeldCart = await case.things.of("guests_cart")
        offer_id = await case.things.of("published_offer")
        line_id = lines_of(cart.created)[0]["id"]
        ids, headers = {"cart": cart.id, "line": line_id, "published_offer": offer_id}, cart.headers
    guest = Person(case.side.marketplace.client())
    guest.client.headers.update(headers)
    return guest, ids


def refusal_of(kind: Kind) -> int:
    """What is told to who shows no secret, or another thing's."""
    return 401 if kind in GUESTS else 404


def opened_by(case: Case) -> str:
    """What in the path it is that the secret opens."""
    return "order" if "order" in case.operation.in_path else "cart"


# fault 64
@pytest.mark.parametrize("name", OF_GUESTS)
async def test_anothers_secret_opens_as_little_as_none(world: World, name: str) -> None:
    case = await world.case(name)
    _, ids = await asked(case)
    before = await world.digests()

    for kind in GUESTS | {Kind.CUSTOMER, Kind.OPERATOR, Kind.OWNER}:
        person = await world.caller(case, kind)
        theirs = await told(case, person, ids)
        assert theirs.status == refusal_of(kind), kind
        assert theirs == await told(case, person, missing(ids, opened_by(case))), kind
        assert not theirs.shows(case.side), kind

    assert changed(before, await world.digests()) == []


# fault 64, 66
@pytest.mark.parametrize("name", OF_GUESTS)
async def test_with_the_secret_right_the_scope_of_another_shopper_shows_nothing(
    world: World, name: str
) -> None:
    case = await world.case(name)
    guest, ids = await asked(case)
    account = (await world.customer.get("/v1/account")).json()["id"]
    cart_id, order_id = [UUID(await case.things.of(thing)) for thing in ("cart", "order")]
    scopes = {
        **await world.strange_scopes(),
        "another guest's": Surface(checkout=True, cart_id=cart_id, order_id=order_id),
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
@pytest.mark.parametrize("name", OF_GUESTS)
async def test_the_guest_of_the_cart_or_the_order_is_answered(world: World, name: str) -> None:
    case = await world.case_to_be_done(name)
    guest, ids = await asked(case)
    await world.quiet()

    answer = await told(case, guest, ids)

    assert answer.status in {200, 201}, answer
    assert answer.shows(case.side) == case.entry.tells


# fault 46, 64
@pytest.mark.parametrize("name", REPEATABLE)
async def test_a_repeat_is_answered_to_who_shows_the_secret_and_to_nobody_else(
    world: World, name: str
) -> None:
    case = await world.case_to_be_done(name)
    guest, ids = await asked(case)
    key: Any = {"Idempotency_Key": str(uuid4())}

    first = await told(case, guest, ids, **key)
    again = await told(case, guest, ids, **key)

    assert first.status in {200, 201}, first
    assert (again.status, again.body) == (first.status, first.body)
    assert REPLAYED in again.headers
    for kind in GUESTS | {Kind.CUSTOMER, Kind.OPERATOR, Kind.OWNER}:
        theirs = await told(case, await world.caller(case, kind), ids, **key)
        assert theirs.status == refusal_of(kind), kind
        assert REPLAYED not in theirs.headers, kind


def test_there_is_something_to_be_asked_of() -> None:
    assert len(OF_GUESTS) >= 10
    assert {OPERATIONS[name].path.split("/")[2] for name in REPEATABLE} == {"carts", "orders"}
