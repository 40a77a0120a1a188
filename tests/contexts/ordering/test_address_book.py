"""People keep addresses for later, each in a book of their own."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from actors import PASSWORD, Marketplace, Person
from contexts.identity.links import account_id_of
from contexts.ordering.an_address import an_address
from plaza.contexts.ordering.address_book import ADDRESSES_MAX
from plaza.settings import Settings
from writing.watching import until, waiting_for_locks, watching

BOOK = "/v1/account/addresses"
FILL = """
    INSERT INTO ordering.address (id, account_id, name)
    SELECT gen_random_uuid(), $1, 'Somebody' FROM generate_series(1, $2)
"""
OF_A_CART = """
    INSERT INTO ordering.address (id, account_id, cart_id, order_id, name)
    VALUES (gen_random_uuid(), $1, $2, $3, 'Not of the book') RETURNING id
"""
COUNT = "SELECT count(*) FROM ordering.address WHERE account_id = $1"
ACCOUNT = "SELECT FROM identity.account WHERE id = $1 FOR UPDATE"


async def adds(person: Person, **changes: Any) -> dict[str, Any]:
    answer = await person.post(BOOK, an_address(**changes))
    assert answer.status_code == 201, answer.text
    added: dict[str, Any] = answer.json()
    return added


async def book_of(person: Person) -> list[dict[str, Any]]:
    answer = await person.get(BOOK, params={"limit": 100})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def default_of(person: Person) -> list[str]:
    return [address["id"] for address in await book_of(person) if address["is_default"]]


async def test_an_address_is_kept_as_it_was_given(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()
    given = an_address(line2="Flat 3", region="Greater London", phone="+44 20 7946 0018")

    added = await adds(shopper, **given)

    assert {name: added[name] for name in given} == given
    assert await book_of(shopper) == [added]


async def test_what_is_changed_is_changed_and_the_rest_stays(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()
    added = await adds(shopper, line2="Flat 3", phone="1")

    changes = {"city": "Bath", "line2": None}
    answer = await shopper.patch(f"{BOOK}/{added['id']}", changes)

    assert (answer.status_code, answer.json()) == (200, added | changes)
    assert await book_of(shopper) == [added | changes]


async def test_an_address_that_is_removed_is_gone(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    first, second = await adds(shopper), await adds(shopper)

    removed = await shopper.client.delete(f"{BOOK}/{first['id']}")
    again = await shopper.client.delete(f"{BOOK}/{first['id']}")

    assert (removed.status_code, removed.json()["status"]) == (200, "removed")
    assert (again.status_code, again.json()["code"]) == (404, "not_found")
    assert [address["id"] for address in await book_of(shopper)] == [second["id"]]
    assert await database.fetchval(COUNT, await account_id_of(database, shopper.email)) == 1


async def test_one_address_is_the_default_as_long_as_there_is_any(
    marketplace: Marketplace,
) -> None:
    shopper = await marketplace.a_shopper()
    first, second = await adds(shopper), await adds(shopper)
    third = await adds(shopper, is_default=True)
    defaults = [first["is_default"], second["is_default"], third["is_default"]]

    set_anew = await shopper.post(f"{BOOK}/{second['id']}/default")
    after = await default_of(shopper)
    await shopper.client.delete(f"{BOOK}/{second['id']}")
    after_removal = await default_of(shopper)
    await shopper.client.delete(f"{BOOK}/{third['id']}")

    assert defaults == [True, False, True]
    assert (set_anew.status_code, set_anew.json()["is_default"]) == (200, True)
    assert after == [second["id"]]
    assert after_removal == [third["id"]]
    assert await default_of(shopper) == [first["id"]]


async def test_somebody_elses_address_is_not_there(marketplace: Marketplace) -> None:
    owner, stranger = await marketplace.a_shopper(), await marketplace.a_shopper()
    added = await adds(owner)
    path = f"{BOOK}/{added['id']}"

    answers = [
        await stranger.patch(path, {"city": "Bath"}),
        await stranger.client.delete(path),
        await stranger.post(f"{path}/default"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert await book_of(stranger) == []
    assert await book_of(owner) == [added]


@pytest.mark.parametrize("of", ["cart", "order"])
async def test_where_a_cart_or_an_order_goes_is_no_page_of_the_book(
    marketplace: Marketplace, database: asyncpg.Connection, of: str
) -> None:
    shopper = await marketplace.a_shopper()
    ids = (uuid4(), None) if of == "cart" else (None, uuid4())
    account_id = await account_id_of(database, shopper.email)
    address_id = await database.fetchval(OF_A_CART, account_id, *ids)

    changed = await shopper.patch(f"{BOOK}/{address_id}", {"city": "Bath"})
    removed = await shopper.client.delete(f"{BOOK}/{address_id}")

    assert (changed.status_code, removed.status_code) == (404, 404)
    assert await book_of(shopper) == []


async def test_a_full_book_takes_no_more_also_when_two_are_added_at_once(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    account_id = await account_id_of(database, shopper.email)
    await database.execute(FILL, account_id, ADDRESSES_MAX - 1)

    answers = await asyncio.gather(*(shopper.post(BOOK, an_address()) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    refused = next(answer for answer in answers if answer.is_error)
    assert (refused.json()["code"], refused.json()["max"]) == ("address_book_full", 100)
    assert await database.fetchval(COUNT, account_id) == ADDRESSES_MAX


async def test_a_long_book_is_read_page_by_page(marketplace: Marketplace) -> None:
    shopper, stranger = await marketplace.a_shopper(), await marketplace.a_shopper()
    added = [(await adds(shopper, name=f"Ada {n}"))["id"] for n in range(3)]

    first = (await shopper.get(BOOK, params={"limit": 2})).json()
    rest = {"limit": 2, "cursor": first["next_cursor"]}
    second = (await shopper.get(BOOK, params=rest)).json()
    foreign = await stranger.get(BOOK, params=rest)

    read = [address["id"] for page in (first, second) for address in page["items"]]
    assert read == added[::-1]
    assert second["next_cursor"] is None
    assert sum(address["is_default"] for page in (first, second) for address in page["items"]) == 1
    assert (foreign.status_code, foreign.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": " \t"},
        {"name": "x" * 121},
        {"line1": "x" * 201},
        {"line1": None},
        {"city": "\u2003"},
        {"postal_code": "x" * 21},
        {"country": "gb"},
        {"country": "GBR"},
        {"phone": "1" * 41},
        {"name": "A\0da"},
        {"email": "ada@plaza.example"},
    ],
)
async def test_what_is_no_address_is_refused_when_it_is_added_or_changed(
    marketplace: Marketplace, wrong: dict[str, Any]
) -> None:
    shopper = await marketplace.a_shopper()
    added = await adds(shopper)

    answers: list[httpx.Response] = [
        await shopper.post(BOOK, an_address(**wrong)),
        await shopper.patch(f"{BOOK}/{added['id']}", wrong),
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}
    assert await book_of(shopper) == [added]


async def test_a_repeated_addition_adds_once_and_is_kept_for_nobody_to_read(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper, street = await marketplace.a_shopper(), f"{uuid4().hex} Street"
    key = {"idempotency-key": str(uuid4())}

    first, again = [
        await shopper.post(BOOK, an_address(line1=street), headers=key) for _ in range(2)
    ]

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert len(await book_of(shopper)) == 1
    kept = await database.fetch("SELECT t::text AS row FROM writing.idempotency t")
    assert kept
    hidden = (street, street.encode().hex())
    assert not any(word in row["row"] for row in kept for word in hidden)


async def test_who_is_erased_while_they_add_an_address_leaves_none(
    settings: Settings, marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    account_id = await account_id_of(database, shopper.email)

    async def are_waiting(count: int) -> None:
        async def reached() -> bool:
            return await waiting_for_locks(database) >= count

        await until(reached)

    async with watching(settings) as other, other.transaction():
        await other.execute(ACCOUNT, account_id)
        adding = asyncio.create_task(shopper.post(BOOK, an_address()))
        await are_waiting(1)
        erasing = asyncio.create_task(shopper.post("/v1/account/erase", {"password": PASSWORD}))
        await are_waiting(2)

    assert (await adding).status_code == 201
    assert (await erasing).status_code == 200
    assert await database.fetchval(COUNT, account_id) == 0


async def test_an_address_is_in_a_country_that_there_is(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()
    added = await adds(shopper)

    answers: list[httpx.Response] = [
        await shopper.post(BOOK, an_address(country="XX")),
        await shopper.patch(f"{BOOK}/{added['id']}", {"country": "QQ"}),
    ]

    told = [(answer.status_code, answer.json()["code"]) for answer in answers]
    assert told == [(422, "unknown_country")] * 2
    assert await book_of(shopper) == [added]
