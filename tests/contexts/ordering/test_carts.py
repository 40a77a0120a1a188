"""Carts: what lies in them, by vendor, at the prices of now."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from actors import Marketplace
from contexts.ordering.an_address import an_address
from contexts.ordering.carts import (
    a_cart,
    an_offer,
    gbp,
    lines_of,
    problems,
    quantities,
    told,
)
from plaza.contexts.ordering.cart import LINE_QUANTITY_MAX, LINES_MAX
from writing.watching import count_of

RATE = "UPDATE vendors.vendor SET tax_rate = 0.2 WHERE id = $1"


async def test_a_cart_is_made_whole_by_one_request(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    first, second = await marketplace.a_vendor(), await marketplace.a_vendor()
    await database.execute(RATE, first.id)
    one, other = await an_offer(first, sku="SKU-1"), await an_offer(second)

    address = an_address(email="ada@plaza.example")
    cart = (await a_cart(marketplace.anybody, (one, 2), (other, 1), address=address)).created

    assert cart["secret"]
    assert (cart["status"], cart["currency"], cart["problems"]) == ("open", "GBP", [])
    assert cart["address"] == address | {"line2": None, "region": None, "phone": None}
    by_slug = {part["vendor"]["slug"]: part for part in cart["vendors"]}
    assert by_slug.keys() == {first.slug, second.slug}
    part = by_slug[first.slug]
    (line,) = part["lines"]
    assert line | {"id": None, "product_id": None, "variant_id": None} == {
        "id": None,
        "offer_id": one,
        "product_id": None,
        "variant_id": None,
        "title": "Oak chair",
        "options": {},
        "sku": "SKU-1",
        "image": None,
        "quantity": 2,
        "unit_price": gbp(4900),
        "subtotal": gbp(9800),
        "discount": gbp(0),
        "tax": gbp(1633),
        "total": gbp(9800),
        "available": True,
    }
    assert (part["subtotal"], part["delivery"], part["tax"]) == (gbp(9800), gbp(0), gbp(1633))
    assert by_slug[second.slug]["total"] == gbp(4900)
    assert (cart["total"], cart["tax"], cart["delivery"]) == (gbp(14700), gbp(1633), gbp(0))


async def test_a_command_answers_what_the_question_answers(marketplace: Marketplace) -> None:
    offer = await an_offer(await marketplace.a_vendor())
    for holder in (marketplace.anybody, await marketplace.a_shopper()):
        cart = await a_cart(holder)
        changed = told(await cart.adds(offer, 3))

        assert await cart.shows() == changed
        assert quantities(changed) == {offer: 3}


async def test_carts_of_accounts_have_no_secret(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()
    cart = await a_cart(shopper)

    assert cart.secret is None
    assert (await shopper.get(cart.path)).status_code == 200
    assert (await (await marketplace.a_shopper()).get(cart.path)).status_code == 404
    assert (await marketplace.anybody.get(cart.path)).status_code == 401


# fault 52
async def test_the_same_offer_again_is_one_line_and_one_demand(marketplace: Marketplace) -> None:
    offer = await an_offer(await marketplace.a_vendor(), stock=5)
    cart = await a_cart(marketplace.anybody, (offer, 2), (offer, 1))

    assert quantities(cart.created) == {offer: 3}
    assert problems(cart.created) == []

    added = told(await cart.adds_all((offer, 2), (offer, 1)))

    assert quantities(added) == {offer: 6}
    assert len(lines_of(added)) == 1
    (problem,) = added["problems"]
    assert problem["code"] == "insufficient_stock"
    assert (problem["requested"], problem["available"]) == (6, 5)
    assert problem["line_id"] == lines_of(added)[0]["id"]
    assert added["total"] == gbp(6 * 4900)


async def test_a_line_is_changed_and_removed(marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()
    one, other = await an_offer(vendor), await an_offer(vendor)
    cart = await a_cart(marketplace.anybody, (one, 1), (other, 1))
    lines = {line["offer_id"]: line["id"] for line in lines_of(cart.created)}

    assert quantities(told(await cart.changes(lines[one], 4))) == {one: 4, other: 1}
    assert quantities(told(await cart.changes(lines[one], 0))) == {other: 1}
    assert (await cart.changes(lines[one], 1)).status_code == 404
    assert (await cart.removes(lines[one])).status_code == 404
    emptied = told(await cart.removes(lines[other]))
    assert (emptied["vendors"], emptied["total"]) == ([], gbp(0))


async def test_lines_of_another_cart_are_not_there(marketplace: Marketplace) -> None:
    offer = await an_offer(await marketplace.a_vendor())
    own, other = await a_cart(marketplace.anybody), await a_cart(marketplace.anybody, (offer, 1))
    (line,) = lines_of(other.created)

    assert (await own.changes(line["id"], 2)).status_code == 404
    assert (await own.removes(line["id"])).status_code == 404
    assert quantities(await other.shows()) == {offer: 1}


async def test_an_offer_without_a_price_in_the_currency_is_refused(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.a_vendor()
    pounds = await an_offer(vendor)
    euros = await an_offer(vendor, price={"amount_minor": 100, "currency": "EUR"})
    cart = await a_cart(marketplace.anybody, (euros, 1), currency="EUR")

    refused = await cart.adds_all((euros, 1), (pounds, 1))

    assert (refused.status_code, refused.json()["code"]) == (422, "currency_mismatch")
    assert refused.json()["offer_ids"] == [pounds]
    assert quantities(await cart.shows()) == {euros: 1}
    begun = {"lines": [{"offer_id": euros, "quantity": 1}]}
    answer = await marketplace.anybody.post("/v1/carts", begun)
    assert (answer.status_code, answer.json()["code"]) == (422, "currency_mismatch")
    assert await count_of(database, "ordering.cart_line", "offer_id = $1", pounds) == 0


async def test_no_such_currency(marketplace: Marketplace) -> None:
    answer = await marketplace.anybody.post("/v1/carts", {"currency": "XQX"})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_currency")


async def test_what_is_not_for_sale_is_refused_by_name(marketplace: Marketplace) -> None:
    vendor, paused = await marketplace.a_vendor(), await marketplace.a_vendor()
    draft = (await vendor.creates_product())["variants"][0]["offer_id"]
    good, resting, unknown = await an_offer(vendor), await an_offer(paused), str(uuid4())
    assert (await paused.post(f"{paused.path}/pause", {})).status_code == 200
    cart = await a_cart(marketplace.anybody)

    refused = await cart.adds_all((good, 1), (draft, 1), (resting, 1), (unknown, 1))

    assert (refused.status_code, refused.json()["code"]) == (422, "offer_unavailable")
    assert refused.json()["offer_ids"] == [draft, resting, unknown]
    assert (await cart.shows())["vendors"] == []


@pytest.mark.parametrize("quantity", [0, -1, LINE_QUANTITY_MAX + 1, 1.5, "1"])
async def test_quantities_are_bounded(marketplace: Marketplace, quantity: int) -> None:
    cart = await a_cart(marketplace.anybody)

    assert (await cart.adds(str(uuid4()), quantity)).status_code == 400


async def test_quantities_add_up_to_a_bound(marketplace: Marketplace) -> None:
    offer = await an_offer(await marketplace.a_vendor())
    cart = await a_cart(marketplace.anybody, (offer, LINE_QUANTITY_MAX))

    refused = await cart.adds(offer)

    assert (refused.status_code, refused.json()["code"]) == (422, "quantity_too_large")
    assert quantities(await cart.shows()) == {offer: LINE_QUANTITY_MAX}


async def test_no_total_is_more_than_clients_can_read(marketplace: Marketplace) -> None:
    dear = {"amount_minor": 1_000_000_000_000, "currency": "GBP"}
    offer = await an_offer(await marketplace.a_vendor(), price=dear)
    cart = await a_cart(marketplace.anybody, (offer, 9_000))

    refused = await cart.adds(offer, 1_000)

    assert (refused.status_code, refused.json()["code"]) == (422, "total_too_large")
    assert quantities(await cart.shows()) == {offer: 9_000}


async def test_five_hundred_lines_and_no_more(marketplace: Marketplace) -> None:
    vendor, offers = await marketplace.a_vendor(), []
    for _ in range(LINES_MAX // 100 + 1):
        variants = [a_numbered_variant(number) for number in range(100)]
        product = await vendor.lists_product(options=["Size"], variants=variants)
        offers += [variant["offer_id"] for variant in product["variants"]]
    wanted = [(offer, 1) for offer in offers[:LINES_MAX]]

    cart = await a_cart(marketplace.anybody, *wanted)

    assert len(lines_of(cart.created)) == LINES_MAX
    refused = await cart.adds(offers[LINES_MAX])
    assert (refused.status_code, refused.json()["code"]) == (422, "cart_full")
    assert quantities(told(await cart.adds(offers[0])))[offers[0]] == 2
    too_many = [{"offer_id": offer, "quantity": 1} for offer in offers[: LINES_MAX + 1]]
    answer = await marketplace.anybody.post("/v1/carts", {"lines": too_many})
    assert answer.status_code == 400


def a_numbered_variant(number: int) -> dict[str, object]:
    price = {"amount_minor": 100, "currency": "GBP"}
    return {"price": price, "stock": 9, "option_values": {"Size": str(number)}}


async def test_fifty_parallel_adds_add_up(marketplace: Marketplace) -> None:
    offer = await an_offer(await marketplace.a_vendor())
    cart = await a_cart(marketplace.anybody)

    answers = await asyncio.gather(*(cart.adds(offer, 2) for _ in range(50)))

    assert {answer.status_code for answer in answers} == {200}
    assert quantities(await cart.shows()) == {offer: 100}
    assert sorted(quantities(told(answer))[offer] for answer in answers) == list(range(2, 102, 2))


# fault 45
async def test_the_same_addition_repeated_counts_once(marketplace: Marketplace) -> None:
    offer = await an_offer(await marketplace.a_vendor())
    cart = await a_cart(marketplace.anybody)
    key: dict[str, Any] = {"Idempotency-Key": str(uuid4())}

    answers = await asyncio.gather(*(cart.adds(offer, **key) for _ in range(10)))

    assert {answer.status_code for answer in answers} <= {200, 409}
    assert quantities(await cart.shows()) == {offer: 1}
    assert quantities(told(await cart.adds(offer, **key))) == {offer: 1}


async def test_an_address_takes_the_place_of_the_one_before(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    cart = await a_cart(marketplace.anybody, address=an_address(line2="2nd floor", phone="1"))

    changed = told(await cart.asks("PUT", "/address", an_address(email="ada@plaza.example")))

    assert (changed["address"]["line2"], changed["address"]["phone"]) == (None, None)
    assert changed["address"]["email"] == "ada@plaza.example"
    assert await count_of(database, "ordering.address", "cart_id = $1", cart.id) == 1


async def test_goods_go_to_a_country_that_there_is(marketplace: Marketplace) -> None:
    cart = await a_cart(marketplace.anybody)
    nowhere = an_address(country="QQ")

    answers = [
        await cart.asks("PUT", "/address", nowhere),
        await marketplace.anybody.post("/v1/carts", json={"address": nowhere}),
    ]

    told_of = [(answer.status_code, answer.json()["code"]) for answer in answers]
    assert told_of == [(422, "unknown_country")] * 2


async def test_a_guests_cart_leaves_no_trace_in_the_journal(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    offer = await an_offer(await marketplace.a_vendor())
    guests, shoppers = (
        await a_cart(marketplace.anybody),
        await a_cart(await marketplace.a_shopper()),
    )
    for cart in (guests, shoppers):
        told(await cart.adds(offer))

    where = "path = $1 AND outcome = 'applied'"
    counts = [
        await count_of(database, "writing.journal", where, f"{cart.path}/lines")
        for cart in (guests, shoppers)
    ]
    assert counts == [0, 1]
