"""`plaza stock`, as an operator meets it."""

import asyncio
from functools import partial

import msgspec
import pytest

from entrypoints.conftest import Run
from operations.stock_rows import Shelf, an_order, as_owner
from plaza.settings import Settings


@pytest.fixture
def run(run_plaza: Run) -> Run:
    return partial(run_plaza, "stock")


@pytest.fixture
def spoilt(fresh_settings: Settings) -> Shelf:
    """A row that says less than is held of it."""

    async def work() -> Shelf:
        async with as_owner(fresh_settings) as database:
            await Shelf.with_units(database, 3)
            shelf = await Shelf.with_units(database, 5)
            await shelf.holds(2, order_id=await an_order(database, "pending"))
            await shelf.says(reserved=1)
            return shelf

    return asyncio.run(work())


def test_stock_that_adds_up_ends_well(run: Run) -> None:
    assert run("verify") == (0, "", "All stock adds up.\n")
    assert run("repair") == (0, "", "All stock adds up.\n")


def test_what_differs_is_printed_and_ends_with_one(run: Run, spoilt: Shelf) -> None:
    done = run("verify")
    assert done.code == 1
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"stock {spoilt.id}  offer {spoilt.offer_id}  ") for line in lines)
    assert lines[0].endswith("reserved_is_sum_of_movements: 2 expected, 1 found")
    assert done.stderr.startswith("2 differences: ")


def test_what_differs_is_json_a_line_where_that_is_asked_for(run: Run, spoilt: Shelf) -> None:
    done = run("verify", "--json")
    found = [msgspec.json.decode(line) for line in done.stdout.splitlines()]
    assert [(each["stock_id"], each["expected"], each["found"]) for each in found] == [
        (str(spoilt.id), 2, 1)
    ] * 2
    assert done.code == 1


@pytest.mark.usefixtures("spoilt")
def test_a_repair_asks_first(run: Run) -> None:
    done = run("repair")
    assert (done.code, len(done.stdout.splitlines())) == (1, 2)
    assert "Put this right?" in done.stderr
    assert run("verify").code == 1


def test_a_repair_says_what_it_did_and_leaves_nothing(run: Run, spoilt: Shelf) -> None:
    done = run("repair", "--yes", "--json")
    (told,) = [msgspec.json.decode(line) for line in done.stdout.splitlines()]
    assert (told["done"], told["stock_id"]) == ("mended", str(spoilt.id))
    assert (done.code, done.stderr.splitlines()[-1]) == (0, "All stock adds up.")
    assert run("verify").code == 0
