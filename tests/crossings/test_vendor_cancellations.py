"""Vendors cancel their parts of orders: money and stock go back, siblings know nothing of it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest_asyncio
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from actors import Marketplace, Vendor, open_marketplace
from plaza.bootstrap import CONSTRAINTS
from plaza.crossings.orders.expire_vendor_order import ExpireVendorOrder, expire_vendor_order
from plaza.kernel.actor import MARKET, SYSTEM
from plaza.settings import Settings
from plaza.writing.answer import answer_with
from plaza.writing.engine import open_command_runner
from plaza.writing.runner import CommandRunner, Context
from shopping import Order, a_cart, an_offer, order_of
from vendor_parts import Part, hold_together, part_of, stored_part
from writing.watching import watching

ACTS = ("accept", "decline", "cancel", "expire", "cancel lines", "cancel order")
DUE = "UPDATE ordering.vendor_order SET accept_by = now() WHERE id = $1 AND accept_by IS NOT NULL"
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTS), st.dictionaries(st.integers(0, 2), st.integers(1, 4))),
    min_size=1,
    max_size=6,
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def careful(settings: Settings) -> AsyncIterator[Marketplace]:
    """A marketplace whose vendors accept what they sell."""
    async with open_marketplace(
        msgspec.structs.replace(settings, vendor_acceptance=True)
    ) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def runner(settings: Settings) -> AsyncIterator[CommandRunner]:
    async with open_command_runner(settings, CONSTRAINTS, "plaza runner of tests") as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shops(careful: Marketplace) -> dict[str, tuple[Vendor, list[str]]]:
    """Two vendors with prices that nothing divides, and enough of everything."""
    prices = {"one": (333, 1, 0), "other": (1009,)}
    made = {}
    for name, of_vendor in prices.items():
        vendor = await careful.a_vendor()
        offers = [await an_offer(vendor, price=price, stock=100_000) for price in of_vendor]
        made[name] = (vendor, offers)
    return made


async def bought(marketplace: Marketplace, shops: dict[str, tuple[Vendor, list[str]]]) -> Order:
    offers = [offer for _, of_vendor in shops.values() for offer in of_vendor]
    return await (await a_cart(marketplace, dict.fromkeys(offers, 3))).buys()


async def act(what: str, quantities: dict[int, int], part: Part, order: Order) -> int:
    """Do it, whatever comes of it.

    Returns:
        The answer's status.
    """
    match what:
        case "accept":
            answer = await part.is_accepted()
        case "decline":
            answer = await part.is_declined()
        case "cancel":
            answer = await part.is_canceled()
        case "cancel lines":
            chosen = {line: n for which, n in quantities.items() for line in part.lines[which:][:1]}
            answer = await part.loses(chosen or {part.lines[0]: 1})
        case _:
            answer = await order.is_canceled()
    return answer.status_code


async def expires(runner: CommandRunner, part: Part) -> None:
    context = Context(actor=SYSTEM, surface=MARKET, correlation_id=uuid4())
    command = ExpireVendorOrder(vendor_order_id=part.id)
    await runner.run(expire_vendor_order, command, context, lambda _: answer_with(200, None))


@examples(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
async def test_whatever_is_done_to_a_part_money_and_stock_follow(
    careful: Marketplace,
    shops: dict[str, tuple[Vendor, list[str]]],
    database: asyncpg.Connection,
    runner: CommandRunner,
    steps: list[tuple[str, dict[int, int]]],
) -> None:
    order = await bought(careful, shops)
    part = await part_of(database, order, shops["one"][0])
    sibling = await part_of(database, order, shops["other"][0])
    untouched = await stored_part(database, sibling)
    for what, quantities in steps:
        if what == "expire":
            await database.execute(DUE, part.id)
            await expires(runner, part)
        else:
            assert await act(what, quantities, part, order) in {200, 409, 422}
        await hold_together(database, UUID(order.id))
        if what == "cancel order":
            break
        assert await stored_part(database, sibling) == untouched


async def test_lines_are_canceled_in_pieces_until_nothing_is_left(
    careful: Marketplace,
    shops: dict[str, tuple[Vendor, list[str]]],
    database: asyncpg.Connection,
) -> None:
    order = await bought(careful, shops)
    part = await part_of(database, order, shops["one"][0])
    told = []
    for _ in range(3):
        for line in part.lines:
            answer = await part.loses({line: 1})
            assert answer.status_code == 200, answer.text
            told.append((answer.json()["status"], answer.json()["canceled"]["amount_minor"]))
            await hold_together(database, UUID(order.id))

    amounts = [amount for _, amount in told]
    assert amounts == sorted(amounts)
    assert told[-1] == ("canceled", 3 * (333 + 1 + 0))
    assert {status for status, _ in told[:-1]} == {"pending_acceptance"}
    again = await part.loses({part.lines[0]: 1})
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    assert again.json()["from"] == "canceled"


async def test_what_is_not_of_the_part_or_not_left_is_refused(
    careful: Marketplace,
    shops: dict[str, tuple[Vendor, list[str]]],
    database: asyncpg.Connection,
) -> None:
    order = await bought(careful, shops)
    part = await part_of(database, order, shops["one"][0])
    sibling = await part_of(database, order, shops["other"][0])

    foreign = await part.loses({part.lines[0]: 1, sibling.lines[0]: 1})
    unknown = await part.loses({uuid4(): 1})
    too_many = await part.loses({part.lines[0]: 4})
    not_mine = await Part(sibling.vendor, part.id, []).is_canceled()
    nothing = await part.is_canceled(lines=[])
    line = {"line_id": str(part.lines[0]), "quantity": 2}
    summed = await part.is_canceled(lines=[line, line])

    assert [answer.status_code for answer in (foreign, unknown, not_mine)] == [404] * 3
    assert (too_many.status_code, too_many.json()["code"]) == (422, "too_many_canceled")
    assert too_many.json()["left"] == 3
    assert summed.json()["code"] == "too_many_canceled"
    assert nothing.status_code == 400
    assert (await stored_part(database, part))["canceled_minor"] == 0
    await hold_together(database, UUID(order.id))


async def test_what_a_vendor_has_accepted_is_canceled_by_the_vendor_only(
    careful: Marketplace,
    shops: dict[str, tuple[Vendor, list[str]]],
    database: asyncpg.Connection,
) -> None:
    order = await bought(careful, shops)
    part = await part_of(database, order, shops["one"][0])
    sibling = await part_of(database, order, shops["other"][0])
    assert (await part.is_accepted()).status_code == 200

    refused = await order.is_canceled()
    stored = [(await stored_part(database, each))["status"] for each in (part, sibling)]
    by_vendor, rest = await part.is_canceled(), await order.is_canceled()

    assert (refused.status_code, refused.json()["code"]) == (409, "order_accepted")
    assert stored == ["accepted", "pending_acceptance"]
    assert (by_vendor.status_code, rest.status_code) == (200, 200), rest.text
    await hold_together(database, UUID(order.id))


async def test_before_it_is_placed_an_order_is_nothing_to_its_vendors(
    careful: Marketplace,
    shops: dict[str, tuple[Vendor, list[str]]],
    database: asyncpg.Connection,
) -> None:
    vendor, offers = shops["one"]
    cart = await a_cart(careful, {offers[0]: 1})
    order = order_of(cart.person, await cart.completes("tok_action_required"))
    part = await part_of(database, order, vendor)

    answers = [
        await part.is_accepted(),
        await part.is_declined(),
        await part.is_canceled(),
        await part.loses({part.lines[0]: 1}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert (await stored_part(database, part))["status"] == "pending"
    assert (await order.is_canceled()).status_code == 200
    again = [await part.is_accepted(), await part.is_declined(), await part.is_canceled()]
    assert [answer.status_code for answer in again] == [404] * 3


async def test_what_was_placed_and_canceled_says_so_to_its_vendor(
    careful: Marketplace,
    marketplace: Marketplace,
    shops: dict[str, tuple[Vendor, list[str]]],
    database: asyncpg.Connection,
) -> None:
    vendor, offers = shops["one"]
    for market in (careful, marketplace):
        order = await (await a_cart(market, {offers[0]: 1})).buys()
        assert (await order.is_canceled()).status_code == 200
        part = await part_of(database, order, vendor)

        refused = await part.is_canceled()

        assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")


async def test_a_version_that_was_read_is_honoured_and_the_next_one_told(
    careful: Marketplace,
    shops: dict[str, tuple[Vendor, list[str]]],
    database: asyncpg.Connection,
) -> None:
    vendor, offers = shops["one"]
    bodies: dict[str, Any] = {"accept": None, "decline": {}, "cancel": {}}
    for what, body in bodies.items():
        order = await (await a_cart(careful, {offers[0]: 1})).buys()
        part = await part_of(database, order, vendor)
        before = await stored_part(database, part)

        stale = await part.asked(what, body, **{"if-match": '"1"'})
        done = await part.asked(what, body, **{"if-match": f'"{before["version"]}"'})

        assert (stale.status_code, stale.json()["code"]) == (412, "stale_version"), what
        assert done.status_code == 200, done.text
        told = done.json()["version"]
        assert told == (await stored_part(database, part))["version"] > before["version"]
        assert done.headers["etag"] == f'"{told}"'


async def test_a_part_whose_payment_an_operator_has_let_go_of_can_still_be_canceled(
    fresh_settings: Settings,
) -> None:
    settings = msgspec.structs.replace(fresh_settings, payment_capture="by_operator")
    async with open_marketplace(settings) as market, watching(settings) as database:
        vendor = await market.a_vendor()
        order = await (await a_cart(market, {await an_offer(vendor): 2})).buys()
        part, operator = await part_of(database, order, vendor), await market.operator()
        payment_id = await database.fetchval("SELECT id FROM payments.payment")
        voided = await operator.post(f"/v1/operations/payments/{payment_id}/void")
        assert voided.status_code == 200, voided.text

        line = await part.loses({part.lines[0]: 1})
        rest = await part.is_canceled()

        assert (line.status_code, rest.status_code) == (200, 200), (line.text, rest.text)
        assert rest.json()["status"] == "canceled"
        given_back = "SELECT returning_minor + voided_minor FROM payments.share"
        assert await database.fetchval(given_back) == 2000
