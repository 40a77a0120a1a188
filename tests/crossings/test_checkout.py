"""Completing a cart: what is refused, what waits, what is paid, and what a repeat is answered."""

import asyncio
from uuid import uuid4

import asyncpg

from actors import Marketplace
from plaza.outbox.channels import Channels
from plaza.writing.engine import epoch_tokens, open_redis
from shopping import ADDRESS, Cart, a_cart, an_offer, order_of


async def a_filled_cart(marketplace: Marketplace, stock: int = 3) -> Cart:
    offer = await an_offer(await marketplace.a_vendor(), stock=stock)
    return await a_cart(marketplace, {offer: 1})


async def count(marketplace: Marketplace, question: str, *values: object) -> int:
    connection = await asyncpg.connect(marketplace.settings.database_url)
    try:
        await connection.execute("SET ROLE plaza_app")
        await connection.execute("SELECT set_config('plaza.scope', 'market', false)")
        counted: int = await connection.fetchval(f"SELECT count(*) FROM {question}", *values)
        return counted
    finally:
        await connection.close()


async def orders_of(marketplace: Marketplace, cart: Cart) -> int:
    return await count(marketplace, "ordering.order_group WHERE cart_id = $1", cart.id)


async def test_another_total_than_expected_is_refused_with_the_present_one(
    marketplace: Marketplace,
) -> None:
    vendor = await marketplace.a_vendor()
    offer = await an_offer(vendor, price=1000)
    cart = await a_cart(marketplace, {offer: 1})
    price = {"amount_minor": 1200, "currency": "GBP"}
    changed = await vendor.patch(f"{vendor.path}/offers/{offer}", {"price": price}, version=1)
    assert changed.status_code == 200

    refused = await cart.completes()

    assert (refused.status_code, refused.json()["code"]) == (409, "cart_changed")
    assert refused.json()["current_total"] == price
    assert await orders_of(marketplace, cart) == 0
    assert (await cart.completes(expected_total=price)).status_code == 201


async def test_too_little_stock_names_the_line_and_reserves_nothing(
    marketplace: Marketplace,
) -> None:
    vendor = await marketplace.a_vendor()
    scarce, plenty = await an_offer(vendor, stock=1), await an_offer(vendor, stock=9)
    cart = await a_cart(marketplace, {scarce: 2, plenty: 3})

    refused = await cart.completes()

    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_stock")
    (line,) = refused.json()["lines"]
    assert (line["offer_id"], line["requested"], line["available"]) == (scarce, 2, 1)
    assert line["line_ids"] == [await cart.line_of(scarce)]
    held = "inventory.reservation WHERE offer_id = ANY ($1::uuid[])"
    assert await count(marketplace, held, [scarce, plenty]) == 0


async def test_what_is_not_sold_any_more_is_named(marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()
    offer = await an_offer(vendor)
    cart = await a_cart(marketplace, {offer: 1})
    assert (await vendor.post(f"{vendor.path}/pause", {})).status_code == 200

    refused = await cart.completes()

    assert (refused.status_code, refused.json()["code"]) == (409, "cart_has_problems")
    (problem,) = refused.json()["problems"]
    assert problem["code"] == "vendor_paused"


async def test_a_guest_says_where_to_and_who(marketplace: Marketplace) -> None:
    offer = await an_offer(await marketplace.a_vendor())
    cart = await a_cart(marketplace, {offer: 1}, address=None)

    nowhere = await cart.completes()
    nobody = await cart.completes(address=ADDRESS)
    done = await cart.completes(address=ADDRESS, email="b@shopper.example")

    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "address_required")
    assert (nobody.status_code, nobody.json()["code"]) == (422, "email_required")
    assert done.status_code == 201


async def test_a_guests_mail_goes_where_mail_can_go(marketplace: Marketplace) -> None:
    cart = await a_filled_cart(marketplace)
    offer = await an_offer(await marketplace.a_vendor())
    other = await a_cart(marketplace, {offer: 1}, address=ADDRESS | {"email": "abc"})

    answers = [await cart.completes(email="abc"), await other.completes()]

    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_email")
    assert await orders_of(marketplace, cart) == 0
    assert (await other.completes(email="b@shopper.example")).status_code == 201


async def test_an_empty_cart_an_unknown_provider_and_a_missing_key_are_refused(
    marketplace: Marketplace,
) -> None:
    empty = await a_cart(marketplace, {})
    cart = await a_filled_cart(marketplace)

    nothing = await empty.completes()
    unknown = await cart.completes(payment={"provider": "acme", "token": "t"})
    body = {"expected_total": cart.total, "payment": {"provider": "sandbox"}}
    keyless = await cart.person.post(f"{cart.path}/complete", body, headers=cart.headers)

    assert (nothing.status_code, nothing.json()["code"]) == (422, "cart_empty")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "payment_provider_unknown")
    assert (keyless.status_code, keyless.json()["code"]) == (400, "idempotency_key_required")


async def test_a_repeat_is_answered_with_the_same_bytes(marketplace: Marketplace) -> None:
    cart, key = await a_filled_cart(marketplace), str(uuid4())

    first = await cart.completes(key=key)
    again = await cart.completes(key=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["plaza-consistency"] == first.headers["plaza-consistency"]


async def test_a_declined_payment_is_repeated_as_declined(marketplace: Marketplace) -> None:
    cart, key = await a_filled_cart(marketplace), str(uuid4())

    first = await cart.completes("tok_decline", key=key)
    again = await cart.completes("tok_decline", key=key)

    assert first.status_code == 422
    assert first.content == again.content


# fault 45
async def test_a_hundred_copies_of_one_completion_are_one_order(marketplace: Marketplace) -> None:
    cart, key = await a_filled_cart(marketplace), str(uuid4())

    answers = await asyncio.gather(*(cart.completes(key=key) for _ in range(100)))

    done = {answer.content for answer in answers if answer.status_code == 201}
    others = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert len(done) == 1
    assert others <= {"request_in_progress", "completion_in_progress"}
    assert await orders_of(marketplace, cart) == 1
    assert (await cart.completes(key=key)).content in done


async def test_what_costs_nothing_is_bought_without_being_paid(marketplace: Marketplace) -> None:
    offer = await an_offer(await marketplace.a_vendor(), price=0)
    cart = await a_cart(marketplace, {offer: 2})

    order = await cart.buys("tok_decline")

    page = await order.shown()
    assert (page["status"], page["payment_status"]) == ("placed", "none")


async def test_an_order_that_waits_for_its_shopper_is_paid_with_another_token(
    marketplace: Marketplace,
) -> None:
    cart = await a_filled_cart(marketplace)

    waiting = await cart.completes("tok_action_required")
    order = order_of(cart.person, waiting)
    changing = await cart.person.post(f"{cart.path}/lines", None, headers=cart.headers)
    paid = await order.person.post(
        f"{order.path}/payment", {"token": "tok_approve"}, headers=order.headers
    )

    assert waiting.status_code == 202
    assert waiting.json()["status"] == "pending"
    assert waiting.json()["next_action"]["type"] == "redirect"
    assert changing.status_code in {400, 409}
    assert (paid.status_code, paid.json()["status"]) == (200, "placed")
    charged = "payments.payment WHERE order_id = $1 AND captured_minor = amount_minor"
    assert await count(marketplace, charged, order.id) == 1


async def test_an_order_that_waits_is_canceled_and_its_cart_usable_again(
    marketplace: Marketplace,
) -> None:
    cart = await a_filled_cart(marketplace, stock=1)
    order = order_of(cart.person, await cart.completes("tok_action_required"))

    canceled = await order.is_canceled("changed_mind")

    assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")

    async def is_open() -> bool:
        return bool((await cart.shown())["status"] == "open")

    await marketplace.until(is_open)
    assert (await cart.completes()).status_code == 201


async def test_a_placed_order_is_canceled_once_and_its_money_goes_back(
    marketplace: Marketplace,
) -> None:
    order = await (await a_filled_cart(marketplace)).buys()

    canceled = await order.is_canceled()
    again = await order.is_canceled()

    assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    page = await order.shown(canceled.headers["plaza-consistency"])
    assert page["status"] == "canceled"
    assert page["canceled"] == page["total"]
    asked = "payments.operation WHERE order_id = $1 AND kind = 'refund'"
    assert await count(marketplace, asked, order.id) == 1


async def test_a_shopper_cancels_for_a_reason_of_a_list_and_in_no_words_of_their_own(
    marketplace: Marketplace,
) -> None:
    order = await (await a_filled_cart(marketplace)).buys()

    own_words = await order.is_canceled("I am Ada, of 1 Analytical Row")
    listed = await order.is_canceled("too_slow")

    assert (own_words.status_code, own_words.json()["code"]) == (400, "invalid_input")
    assert (listed.status_code, listed.json()["status"]) == (200, "canceled")
    kept = "ordering.order_group WHERE id = $1 AND status_reason = 'too_slow'"
    assert await count(marketplace, kept, order.id) == 1


async def test_a_token_is_no_longer_than_when_the_payment_was_begun(
    marketplace: Marketplace,
) -> None:
    cart = await a_filled_cart(marketplace)
    order = order_of(cart.person, await cart.completes("tok_action_required"))

    async def continued(token: str) -> int:
        answer = await order.person.post(
            f"{order.path}/payment", {"token": token}, headers=order.headers
        )
        return answer.status_code

    assert await continued("t" * 501) == 400
    assert await continued("t" * 500) == 422


async def test_strangers_find_neither_cart_nor_order(marketplace: Marketplace) -> None:
    cart = await a_filled_cart(marketplace)
    order = await cart.buys()
    stranger = await a_filled_cart(marketplace)
    key = {"idempotency-key": str(uuid4())}
    body = {"expected_total": cart.total, "payment": {"provider": "sandbox", "token": "t"}}

    completing = await cart.person.post(
        f"{cart.path}/complete", body, headers=stranger.headers | key
    )
    canceling = await cart.person.post(f"{order.path}/cancel", {}, headers=stranger.headers)

    assert completing.status_code == 401
    assert canceling.status_code == 401


async def test_who_repeats_a_completion_sees_the_order_at_once(marketplace: Marketplace) -> None:
    cart, key = await a_filled_cart(marketplace), str(uuid4())
    first = await cart.completes(key=key)
    order = order_of(cart.person, first)
    redis = open_redis(marketplace.settings)
    epoch = await epoch_tokens(marketplace.settings)
    remembered = Channels(epoch.epoch_id).last_command(f"order:{order.id}")
    # The process that answered first was killed before it could say so.
    await redis.delete(remembered)

    await cart.completes(key=key)

    assert (await redis.get(remembered)).decode() == first.headers["plaza-consistency"]
    await redis.aclose()
