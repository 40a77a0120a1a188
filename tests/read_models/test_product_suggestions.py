"""What is suggested; Redis and the tables say the same, down to the byte."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from plaza.kernel.event import Event
from plaza.read_models.product_suggestions.projection import PROJECTION
from plaza.read_models.product_suggestions.query import SUGGESTIONS_MAX, suggest_products
from plaza.read_models.product_suggestions.sorted_sets import SORTED_SETS
from plaza.read_models.product_suggestions.spelling import (
    LENGTH_MAX,
    WORDS_MAX,
    beginnings,
    spelled,
)
from plaza.settings import Settings
from plaza.writing.engine import open_redis
from read_models.catalogue import AnOffer, AProduct, AVendor, pounds
from read_models.conftest import Shown
from read_models.sorting import Shelf, nothing_sorted

Suggest = Callable[..., Awaitable[list[str]]]


@pytest_asyncio.fixture(loop_scope="session")
async def redis(quiet_settings: Settings) -> AsyncIterator[Redis]:
    async with open_redis(quiet_settings) as client:
        yield client


@pytest.fixture
def suggest(written: Shown, redis: Redis) -> Suggest:
    """The titles that are suggested to who has typed so much, after these events."""

    async def ask(typed: str, *events: Event) -> list[str]:
        pool = await written(PROJECTION, *events)
        begun = spelled(typed)
        from_tables = await suggest_products(pool, nothing_sorted(redis), begun)
        shelf = Shelf(redis, pool, SORTED_SETS)
        writer = await shelf.filled()
        found = await suggest_products(pool, shelf.reads, begun)
        await writer.stop()
        assert found.body == from_tables.body
        return [item["text"] for item in msgspec.json.decode(found.body)["items"]]

    return ask


def titled(title: str, vendor: AVendor, *others: AVendor) -> list[Event]:
    """A product on sale under that title."""
    product = AProduct(vendor)
    offers = [AnOffer(product, seller).created(pounds(100)) for seller in (vendor, *others)]
    return [product.created(title=title), *offers, product.published()]


async def test_a_title_is_found_by_the_beginning_of_any_of_its_words(suggest: Suggest) -> None:
    vendor = AVendor()
    story = [*vendor.approved(), *titled("Oak chair", vendor), *titled("Chestnut table", vendor)]
    assert await suggest("oa", *story) == ["Oak chair"]
    assert await suggest("ch", *story) == ["Oak chair", "Chestnut table"]
    assert await suggest("oak ch", *story) == ["Oak chair"]
    assert await suggest("air", *story) == []


@pytest.mark.parametrize("typed", ["créme", "CREME", "crème b", "Creme Brulee", "brûl"])
async def test_neither_case_nor_accents_matter(suggest: Suggest, typed: str) -> None:
    vendor = AVendor()
    story = [*vendor.approved(), *titled("Crème Brûlée", vendor)]
    assert await suggest(typed, *story) == ["Crème Brûlée"]


async def test_they_stand_in_the_order_of_the_alphabet_and_are_ten_at_most(
    suggest: Suggest,
) -> None:
    vendor = AVendor()
    titles = [f"Lamp {chr(ord('a') + n)}" for n in range(SUGGESTIONS_MAX + 3)]
    story = [event for title in reversed(titles) for event in titled(title, vendor)]
    assert await suggest("lamp", *vendor.approved(), *story) == titles[:SUGGESTIONS_MAX]


async def test_a_product_is_suggested_once_whichever_of_its_words_fit(suggest: Suggest) -> None:
    vendor = AVendor()
    full = [f"{word} pan pat pad pal pas pap par" for word in ("pax", "pay", "paz") * 4]
    story = [event for title in full for event in titled(title, vendor)]
    found = await suggest("pa", *vendor.approved(), *story)
    assert len(found) == SUGGESTIONS_MAX


async def test_only_what_is_on_sale_is_suggested(suggest: Suggest) -> None:
    vendor = AVendor()
    product, draft = AProduct(vendor), AProduct(vendor)
    offer = AnOffer(product, vendor)
    story = [*vendor.approved(), product.created(title="Mug"), draft.created(title="Mug")]
    story += [offer.created(pounds(1)), AnOffer(draft, vendor).created(pounds(1))]
    story += [product.published()]
    assert await suggest("mug", *story) == ["Mug"]
    assert await suggest("mug", *story, offer.withdrawn()) == []
    assert await suggest("mug", *story, product.unpublished()) == []


async def test_what_another_vendor_sells_too_is_suggested_while_either_is_listed(
    suggest: Suggest,
) -> None:
    first, second = AVendor(), AVendor()
    story = [*first.approved(), *second.approved(), *titled("Mug", first, second)]
    assert await suggest("mug", *story, first.suspended()) == ["Mug"]
    assert await suggest("mug", *story, first.suspended(), second.paused()) == []


async def test_vendors_that_are_hidden_do_not_push_others_out(suggest: Suggest) -> None:
    hidden, shown = AVendor(), AVendor()
    story = [event for n in range(150) for event in titled(f"Bowl {n:03}", hidden)]
    story += [*shown.approved(), *hidden.approved(), hidden.suspended()]
    assert await suggest("bo", *story, *titled("Bowl of oak", shown)) == ["Bowl of oak"]


async def test_a_new_title_takes_the_place_of_the_one_before(suggest: Suggest) -> None:
    vendor = AVendor()
    product = AProduct(vendor, id=UUID(int=1))
    story = [*vendor.approved(), product.created(title="Stool of oak")]
    story += [AnOffer(product, vendor).created(pounds(1)), product.published()]
    story += [product.changed(title="Bench")]
    assert await suggest("b", *story) == ["Bench"]
    assert await suggest("oak", *story) == []


@pytest.mark.parametrize("typed", ["", "!", "  ", "'"])
async def test_nothing_is_suggested_to_who_has_typed_no_word(suggest: Suggest, typed: str) -> None:
    vendor = AVendor()
    assert await suggest(typed, *vendor.approved(), *titled("Mug", vendor)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  Oak -- chair!", "oak chair"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("men\u2019s Shoes", "mens shoes"),
        ("ÆRØ", "aero"),
        ("İstanbul \u0131s\u0131", "istanbul isi"),
        ("№ 5", "no 5"),
        ("\uff12\uff10\uff05 off", "20 off"),
        ("茶碗", "茶碗"),
        ("???", ""),
    ],
)
def test_words_are_compared_without_case_accents_and_marks(text: str, words: str) -> None:
    assert spelled(text) == words
    assert spelled(words) == words


def test_a_title_is_found_by_so_many_words_and_no_more() -> None:
    title = " ".join(f"w{n}" for n in range(WORDS_MAX + 5))
    assert [begun.split()[0] for begun in beginnings(title)] == [f"w{n}" for n in range(WORDS_MAX)]
    assert list(beginnings("!!!")) == []


def test_what_a_character_is_taken_apart_into_fits_an_index() -> None:
    assert len(spelled("\ufdfa" * 200)) == LENGTH_MAX
