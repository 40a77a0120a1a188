"""`plaza projections replay` and `plaza projections audit`, as an operator meets them."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID, uuid4

import msgspec
import pytest

from entrypoints.conftest import Run
from plaza.read_models.product_page.projection import PROJECTION as PRODUCT_PAGE
from plaza.settings import Settings
from projecting.connecting import connecting
from projecting.log import a_follower, follow_to_the_end, sequence, tell
from read_models.chatter import Chatter

OF_PAGE = "SELECT vendor_id FROM outbox.event WHERE payload ->> 'product_id' = $1 LIMIT 1"
KNOWN = """
    INSERT INTO vendors.vendor (id, slug, name, country, currency, contact_email, description,
        status, version)
    VALUES ($1, 'corner-lamps', 'Corner Lamps', 'GB', 'GBP', 'a@plaza.example', '', 'approved', 1)
"""


@pytest.fixture
def run(run_plaza: Run) -> Run:
    return partial(run_plaza, "projections")


@pytest.fixture
def page(fresh_settings: Settings) -> UUID:
    """A page that is shown, among others."""

    async def work() -> UUID:
        async with connecting(fresh_settings) as connect:
            connection = await connect()
            await tell(connection, *Chatter(Random(3), PRODUCT_PAGE).tells(200))  # noqa: S311
            await sequence(connection)
            await follow_to_the_end(await a_follower(connection, PRODUCT_PAGE))
            key: UUID = await connection.fetchval("SELECT product_id FROM read.product_page_v1")
            return key

    return asyncio.run(work())


@pytest.fixture
def spoilt(page: UUID, fresh_settings: Settings) -> UUID:
    """The page, gone."""

    async def work() -> None:
        async with connecting(fresh_settings) as connect:
            await (await connect()).execute(
                "DELETE FROM read.product_page_v1_b1 WHERE product_id = $1", page
            )

    asyncio.run(work())
    return page


def test_a_document_is_shown_as_it_is(run: Run, page: UUID) -> None:
    done = run("replay", "product_page", "--key", str(page))
    shown = msgspec.json.decode(done.stdout)
    assert (done.code, shown["projection"], shown["at"]) == (0, "product_page", None)
    (row,) = shown["rows"]["product_page"]
    assert (row["product_id"], row["document"]["id"]) == (str(page), str(page))
    assert isinstance(row["offers"], list)


def test_a_document_of_which_nothing_was_known_then_ends_with_one(run: Run, page: UUID) -> None:
    then = (datetime.now(UTC) - timedelta(days=7)).isoformat()
    done = run("replay", "product_page", "--key", str(page), "--at", then)
    assert (done.code, done.stdout) == (1, "")
    assert done.stderr == "The log says nothing of them up to position 0.\n"
    assert run("replay", "product_page", "--key", str(uuid4())).code == 1


def test_a_time_without_offset_and_an_unknown_read_model_are_refused(run: Run) -> None:
    done = run("replay", "product_page", "--key", str(uuid4()), "--at", "2026-11-17T12:00:00")
    assert done.code == 2
    assert "lacks its offset" in done.stderr
    assert "product_listing" in run("audit", "products").stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("replay", "product_page", "--at", "2026-11-17"), "T00:00:00Z"),
        (("replay", "product_page", "--at", "0001-01-01T00:00:00+14:00"), "out of range"),
        (("retire", "product_page", "--build", "99999999999"), "not in the range"),
    ],
)
def test_what_no_database_can_hold_is_refused(run: Run, words: tuple[str, ...], said: str) -> None:
    key = ("--key", str(uuid4())) if words[0] == "replay" else ()
    done = run(*words, *key)
    assert done.code == 2
    assert said in done.stderr


def test_rows_that_are_right_end_well(run: Run, page: UUID) -> None:
    done = run("audit", "product_page", "--full")
    assert page
    assert (done.code, done.stdout) == (0, "")
    assert re.match(r"0 of \d\d documents differ from the log up to position 20\d;", done.stderr)


def test_how_a_vendor_is_rebuilt_is_not_to_be_chosen(run: Run) -> None:
    done = run("rebuild", "product_page", "--vendor", "corner-lamps", "--from", "snapshots")
    assert done.code == 2
    assert "leave the other options out" in done.stderr


def test_a_vendor_that_nobody_knows_is_refused(run: Run, page: UUID) -> None:
    done = run("rebuild", "product_page", "--vendor", str(page))
    assert done.code == 1
    assert f"No vendor has the slug or the id {page}." in done.stderr


def test_the_documents_of_a_vendor_are_rebuilt_and_counted(
    run: Run, spoilt: UUID, fresh_settings: Settings
) -> None:
    vendor_id = asyncio.run(a_vendor_of(fresh_settings, spoilt))
    done = run("rebuild", "product_page", "--vendor", str(vendor_id))
    assert (done.code, done.stdout) == (0, f"product_page  {spoilt}  missing\n")
    assert re.fullmatch(r"\d+ documents were right, 1 mended\.\n", done.stderr)


async def a_vendor_of(settings: Settings, page: UUID) -> UUID:
    """A vendor of whom something is told about the page, and whom the marketplace knows."""
    async with connecting(settings) as connect:
        connection = await connect()
        vendor_id: UUID = await connection.fetchval(OF_PAGE, str(page))
        await connection.execute(KNOWN, vendor_id)
        return vendor_id


def test_what_differs_is_printed_and_ends_with_one(run: Run, spoilt: UUID) -> None:
    done = run("audit", "product_page")
    assert (done.code, done.stdout) == (1, f"product_page  {spoilt}  missing\n")


def test_what_is_repaired_is_said_and_ends_well(run: Run, spoilt: UUID) -> None:
    done = run("audit", "product_page", "--full", "--repair", "--json")
    assert msgspec.json.decode(done.stdout) == {
        "document": "product_page",
        "key": str(spoilt),
        "kind": "missing",
        "repaired": True,
    }
    assert done.code == 0
    assert "1 were put right" in done.stderr
    assert run("audit", "product_page", "--full").code == 0
