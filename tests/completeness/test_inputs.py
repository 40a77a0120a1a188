"""Each read model shows what it says that it shows, whatever command changes it, and no more."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from importlib import import_module

import asyncpg
import msgspec
import pytest_asyncio

from actors import open_marketplace
from completeness.not_shown import NOT_SHOWN, TABLES
from completeness.story import told
from completeness.written import Change, WriteSide, Written, changes, is_wordless, says
from plaza.bootstrap import PROJECTIONS
from plaza.entrypoints.moving_money import moving_money
from plaza.projecting.inputs import Inputs
from plaza.settings import Settings

MONEY_MOVES = """
    SELECT count(*) FROM payments.operation WHERE status = 'requested' AND kind <> 'authorization'
"""


def inputs_of(name: str) -> Inputs:
    declared: Inputs = import_module(f"plaza.read_models.{name}.inputs").INPUTS
    return declared


INPUTS = {projection.name: inputs_of(projection.name) for projection in PROJECTIONS}


@pytest_asyncio.fixture(loop_scope="session")
async def connection(fresh_settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(
        fresh_settings.database_url,
        server_settings={"role": "plaza_owner", "plaza.scope": "market"},
    )
    yield opened
    await opened.close()


async def test_every_column_is_declared_by_a_read_model_or_shown_by_none(
    connection: asyncpg.Connection,
) -> None:
    columns = {*(await WriteSide.of(connection)).columns}
    declared = {column for inputs in INPUTS.values() for column in inputs.columns()}
    hidden = {column for column in columns if column.rpartition(".")[0] in TABLES}
    assert columns - declared - NOT_SHOWN - hidden == set()
    assert (declared | NOT_SHOWN) - columns == set()
    assert declared & (NOT_SHOWN | hidden) == set()
    assert TABLES.keys() <= {column.rpartition(".")[0] for column in columns}


class Tried:
    """What commands have moved."""

    def __init__(self) -> None:
        self.moved: dict[str, set[str]] = defaultdict(set)
        """By read model: the declared columns with which it moved."""
        self.wrong: list[str] = []

    def look(self, step: str, before: Written, after: Written) -> None:
        found = list(changes(before, after))
        for name, inputs in INPUTS.items():
            then, now = before.shown[name], after.shown[name]
            changed = {column for change in found for column in change.values}
            if then != now and not changed & inputs.columns():
                self.wrong.append(f"{step}: {name} moved, and declares none of {changed}")
            for change in found:
                self._look_at(step, name, change, then, now)

    def _look_at(self, step: str, name: str, change: Change, then: str, now: str) -> None:
        inputs = INPUTS[name]
        is_there = change.key in then and change.key in now
        for column in inputs.columns() & change.values.keys():
            is_said = column not in inputs.shown_columns() or says(now, change.values[column])
            if then != now and is_said:
                self.moved[name].add(column)
            was = change.before[column]
            if is_there and not is_said and not is_wordless(was) and says(then, was):
                value = change.values[column]
                self.wrong.append(f"{step}: {name} does not show {column}, now {value!r}")

    def untried(self) -> list[str]:
        """What is declared, and what no command has moved."""
        return sorted(
            f"{name}: {column}"
            for name, inputs in INPUTS.items()
            for column in inputs.columns() - self.moved[name]
        )


async def test_what_commands_change_moves_the_read_models_that_show_it_and_no_others(
    connection: asyncpg.Connection, fresh_settings: Settings
) -> None:
    settings = msgspec.structs.replace(
        fresh_settings, vendor_acceptance=True, payment_capture="by_operator"
    )
    side, tried = await WriteSide.of(connection), Tried()

    async def money_moves() -> None:
        async with moving_money(settings), asyncio.timeout(20):
            while await connection.fetchval(MONEY_MOVES):  # noqa: ASYNC110  it only answers
                await asyncio.sleep(0.02)

    async with open_marketplace(settings) as marketplace:
        await marketplace.until_ready()
        before = await side.now()
        async for step in told(marketplace, money_moves):
            await marketplace.until(side.is_followed)
            after = await side.now()
            tried.look(step, before, after)
            before = after
    assert tried.wrong == []
    assert tried.untried() == []


def a_moment(*, brand: str, page: str, tree: str = "") -> Written:
    """A product of that brand, and what two read models show."""
    rows = {"catalog.product": {"p-1": {"id": "p-1", "brand": brand}}}
    shown = dict.fromkeys(INPUTS, "") | {"product_page": page, "category_tree": tree}
    return Written(rows, shown)


def test_what_is_not_shown_though_it_is_declared_is_named() -> None:
    tried, before = Tried(), a_moment(brand="Vincennes", page="p-1 Vincennes")
    tried.look("a brand is changed", before, a_moment(brand="Meissen", page="p-1 Vincennes"))
    assert tried.wrong == [
        "a brand is changed: product_page does not show catalog.product.brand, now 'Meissen'"
    ]
    assert "product_page: catalog.product.brand" in tried.untried()


def test_what_is_shown_is_tried() -> None:
    tried, before = Tried(), a_moment(brand="Vincennes", page="p-1 Vincennes")
    tried.look("a brand is changed", before, a_moment(brand="Meissen", page="p-1 Meissen"))
    assert tried.wrong == []
    assert "product_page: catalog.product.brand" not in tried.untried()


def test_a_read_model_that_moves_by_what_it_does_not_declare_is_named() -> None:
    tried, before = Tried(), a_moment(brand="Vincennes", page="p-1 Vincennes", tree="1")
    after = a_moment(brand="Meissen", page="p-1 Meissen", tree="2")
    tried.look("a brand is changed", before, after)
    assert tried.wrong == [
        "a brand is changed: category_tree moved, and declares none of {'catalog.product.brand'}"
    ]
