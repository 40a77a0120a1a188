"""What is written about orders, to whom, as it stands when it is written."""

import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from actors import PASSWORD, Marketplace, Vendor, a_variant
from contexts.identity.links import account_id_of
from plaza.adapters.order_letters import StoredOrderLetters
from plaza.contexts.notifications.letters import Letters
from plaza.kernel.keys import derived_key
from plaza.kernel.shopper_secrets import ShopperSecrets
from plaza.reading.pools import open_private_pool
from plaza.settings import Settings
from shopping import ADDRESS, Order, a_cart, an_offer, order_of
from writing.watching import watching

VERIFY = "UPDATE identity.account SET email_verified_at = now() WHERE id = $1"
PARTS = "SELECT id FROM ordering.vendor_order WHERE order_id = $1 AND vendor_id = $2"
WAITING = """
    UPDATE ordering.vendor_order SET status = 'pending_acceptance',
        accept_by = '2026-12-01T09:05:00Z' WHERE id = $1
"""


@pytest_asyncio.fixture(loop_scope="session")
async def database(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with watching(settings) as connection:
        yield connection


@pytest_asyncio.fixture(loop_scope="session")
async def letters(settings: Settings) -> AsyncIterator[StoredOrderLetters]:
    assert settings.database_url is not None
    reads = await open_private_pool(settings.database_url, 1)
    secrets = ShopperSecrets(derived_key(settings.secret(), "shopper-secret"))
    yield StoredOrderLetters(reads, secrets, Letters("plaza", "https://plaza.example"))
    await reads.close()


async def part_of(database: asyncpg.Connection, order: Order, vendor: Vendor) -> UUID:
    part_id: UUID = await database.fetchval(PARTS, UUID(order.id), UUID(vendor.id))
    return part_id


async def test_a_guest_is_told_what_was_bought_of_whom_and_gets_the_way_in(
    marketplace: Marketplace, letters: StoredOrderLetters
) -> None:
    vendors = [await marketplace.a_vendor(), await marketplace.a_vendor()]
    chair, table = [
        await an_offer(vendor, price=price, title=title)
        for vendor, price, title in zip(vendors, (4900, 1050), ("Chair", "Table"), strict=True)
    ]
    email = f"{uuid4().hex}@guest.example"
    address = ADDRESS | {"email": email, "name": "You won, see eve.example"}
    order = await (await a_cart(marketplace, {chair: 2, table: 1}, address=address)).buys()

    letter = await letters.letter_of("order_placed", UUID(order.id))

    assert letter is not None
    assert letter.recipient == email
    number = order.answer.json()["number"]
    for word in (number, "2 x Chair: £98.00", "1 x Table: £10.50", "£108.50"):
        assert word in letter.text
        assert word in letter.html
    for vendor in vendors:
        assert vendor.slug in letter.text
    # Neither where it goes nor what a stranger calls themselves: the address may be a stranger's.
    assert "eve.example" not in letter.subject + letter.text + letter.html
    assert ADDRESS["line1"] not in letter.text + letter.html
    (link,) = re.findall(r"https://plaza\.example/orders/\S+", letter.text)
    assert urlsplit(link).path == f"/orders/{order.id}"
    (secret,) = parse_qs(urlsplit(link).query)["secret"]
    opened = await marketplace.anybody.get(order.path, headers={"plaza-order-secret": secret})
    assert opened.status_code == 200


@pytest.mark.parametrize(
    ("currency", "told"),
    [("RSD", "RSD1,999.50"), ("IQD", "IQD199.950"), ("JPY", "\u00a5199,950")],
)
async def test_amounts_are_told_to_the_last_unit_of_their_currency(
    marketplace: Marketplace,
    letters: StoredOrderLetters,
    currency: str,
    told: str,
) -> None:
    price = {"amount_minor": 199_950, "currency": currency}
    product = await (await marketplace.a_vendor()).lists_product(variants=[a_variant(price=price)])
    cart = await a_cart(marketplace, {product["variants"][0]["offer_id"]: 1}, currency=currency)
    order = await cart.buys()

    letter = await letters.letter_of("order_placed", UUID(order.id))

    assert letter is not None
    assert f"1 x Oak chair: {told}\n" in letter.text
    assert f"In all: {told}\n" in letter.text


async def test_an_account_is_told_at_its_own_address_and_logs_in_to_see_more(
    marketplace: Marketplace, letters: StoredOrderLetters, database: asyncpg.Connection
) -> None:
    shopper, offer = await marketplace.a_shopper(), await an_offer(await marketplace.a_vendor())
    cart = await a_cart(marketplace, {offer: 1}, shopper, address=ADDRESS)
    order = await cart.buys()

    unknown = await letters.letter_of("order_placed", UUID(order.id))
    await database.execute(VERIFY, await account_id_of(database, shopper.email))
    known = await letters.letter_of("order_placed", UUID(order.id))

    assert unknown is not None
    assert known is not None
    assert {unknown.recipient, known.recipient} == {shopper.email}
    assert (unknown.text.count("Hello,"), known.text.count("Hello A shopper,")) == (1, 1)
    assert f"https://plaza.example/orders/{order.id}\n" in known.text
    assert "secret" not in known.text + known.html


async def test_what_is_canceled_meanwhile_is_not_confirmed(
    marketplace: Marketplace, letters: StoredOrderLetters, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.a_vendor()
    chair, table = [
        await an_offer(vendor, price=price, title=title)
        for price, title in ((1000, "Chair"), (500, "Table"))
    ]
    order = await (await a_cart(marketplace, {chair: 3, table: 1})).buys()
    part_id = await part_of(database, order, vendor)
    path = f"{vendor.path}/orders/{part_id}"
    queue = (await vendor.get(path, headers={"plaza-consistency": order.consistency})).json()
    lines = {line["offer_id"]: line["id"] for line in queue["lines"]}
    taken = [{"line_id": lines[chair], "quantity": 1}, {"line_id": lines[table], "quantity": 1}]

    canceled = await vendor.post(f"{path}/cancel", {"lines": taken, "reason": "broken"})
    some = await letters.letter_of("order_placed", UUID(order.id))
    told = await letters.letter_of("vendor_order_placed", part_id)
    early = await letters.letter_of("order_canceled", UUID(order.id))
    rest = await vendor.post(f"{path}/cancel", {"reason": "all broken"})

    assert (canceled.status_code, rest.status_code) == (200, 200), canceled.text + rest.text
    assert some is not None
    assert told is not None
    assert early is None
    for letter in (some, told):
        assert "2 x Chair: £20.00" in letter.text
        assert "Table" not in letter.text
    assert "In all: £20.00" in some.text
    assert await letters.letter_of("order_placed", UUID(order.id)) is None
    assert await letters.letter_of("vendor_order_placed", part_id) is None

    async def is_canceled() -> bool:
        return await letters.letter_of("order_canceled", UUID(order.id)) is not None

    # An order of which nothing is left is canceled by a process.
    await marketplace.until(is_canceled)
    last = await letters.letter_of("order_canceled", UUID(order.id))
    assert last is not None
    assert (last.recipient, order.answer.json()["number"] in last.text) == (some.recipient, True)


async def test_nobody_is_written_to_about_what_was_canceled_before_it_was_placed(
    marketplace: Marketplace, letters: StoredOrderLetters
) -> None:
    # Of whoever fills in a stranger's address, again and again, the stranger would hear each time.
    cart = await a_cart(marketplace, {await an_offer(await marketplace.a_vendor()): 1})
    order = order_of(cart.person, await cart.completes(payment={"provider": "manual"}))
    canceled = await order.is_canceled()
    assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")

    assert await letters.letter_of("order_canceled", UUID(order.id)) is None


async def test_who_has_not_paid_in_time_is_told_unless_they_paid_after_all(
    marketplace: Marketplace, letters: StoredOrderLetters, database: asyncpg.Connection
) -> None:
    offer = await an_offer(await marketplace.a_vendor())
    cart = await a_cart(marketplace, {offer: 1})
    declined = await cart.completes("tok_decline")
    assert declined.status_code == 422, declined.text
    failed = "SELECT id FROM ordering.order_group WHERE cart_id = $1 AND status = 'failed'"
    order_id: UUID = await database.fetchval(failed, UUID(cart.id))
    # Who was declined has read so at once.
    assert await letters.letter_of("order_failed", order_id) is None
    lapse = "UPDATE ordering.order_group SET status_reason = 'payment_not_made' WHERE id = $1"
    await database.execute(lapse, order_id)

    first = await letters.letter_of("order_failed", order_id)
    again = await cart.completes()
    second = await letters.letter_of("order_failed", order_id)

    assert first is not None
    assert "was not paid" in first.subject
    assert order_of(cart.person, again).id != str(order_id)
    assert second is None


async def test_a_vendor_reads_its_own_part_at_its_contact_address(
    marketplace: Marketplace, letters: StoredOrderLetters, database: asyncpg.Connection
) -> None:
    vendor, other = await marketplace.a_vendor(), await marketplace.a_vendor()
    chair = await an_offer(vendor, price=4900, title="Chair")
    table = await an_offer(other, price=1050, title="Table")
    order = await (await a_cart(marketplace, {chair: 2, table: 1})).buys()
    part_id = await part_of(database, order, vendor)

    letter = await letters.letter_of("vendor_order_placed", part_id)
    await database.execute(WAITING, part_id)
    waiting = await letters.letter_of("vendor_order_placed", part_id)

    assert letter is not None
    assert waiting is not None
    assert letter.recipient == f"hello@{vendor.slug}.example"
    assert order.answer.json()["number"] in letter.subject
    assert "2 x Chair: £98.00" in letter.text
    assert "Table" not in letter.text
    # Mailboxes are not erased with the order's address.
    for word in (ADDRESS["name"], ADDRESS["line1"], "ada@shopper.example"):
        assert word not in letter.text + letter.html
    assert "Accept it" not in letter.text
    assert "Accept it until 01 December 2026 at 09:05 UTC" in waiting.text


async def test_who_is_forgotten_gets_no_mail(
    marketplace: Marketplace, letters: StoredOrderLetters
) -> None:
    offer = await an_offer(await marketplace.a_vendor())
    shopper, operator = await marketplace.a_shopper(), await marketplace.operator()
    guests = await (await a_cart(marketplace, {offer: 1})).buys()
    own = await (await a_cart(marketplace, {offer: 1}, shopper)).buys()

    await operator.post(f"/v1/operations/orders/{guests.id}/erase-address")
    erased = await shopper.post("/v1/account/erase", {"password": PASSWORD})

    assert erased.status_code == 200, erased.text
    for order in (guests, own):
        assert await letters.letter_of("order_placed", UUID(order.id)) is None


async def test_nothing_is_written_about_what_is_not_there(letters: StoredOrderLetters) -> None:
    for kind in ("order_placed", "order_canceled", "order_failed", "vendor_order_placed"):
        assert await letters.letter_of(kind, uuid4()) is None
