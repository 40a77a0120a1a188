"""What the projector's job finds due: what fails keeps back nothing else."""

from typing import Any

import asyncpg
import pytest

from actors import Marketplace
from plaza.bootstrap import ASKED, PROJECTIONS, SNAPSHOTS
from plaza.operations.rebuilds import Rebuilds, rebuilds
from plaza.operations.warming import Warmed, Warming
from plaza.projecting import switching
from plaza.projecting.projection import Projection
from plaza.projecting.rebuilding import NothingReady
from plaza.read_models.category_tree.projection import PROJECTION as CATEGORY_TREE
from plaza.read_models.product_listing.projection import PROJECTION as PRODUCT_LISTING
from projecting.rebuilds import statuses_of

OPERATIONS = "/v1/operations/projections"
REFUSALS = "SELECT refusal FROM projecting.wish ORDER BY id"


async def filled(work: Rebuilds, projection: Projection, *, switches: bool = True) -> int:
    build = await work.begin(projection, switches=switches)
    await work.fill(projection, build, unseen)
    return build


def unseen(_: int, __: int | None) -> None:
    """Nobody looks."""


async def test_one_that_cannot_be_switched_to_keeps_back_no_other(
    work: Rebuilds, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for projection in (CATEGORY_TREE, PRODUCT_LISTING):
        await filled(work, projection)
    monkeypatch.setattr(switching, "TIMEOUT_S", 1.0)
    async with connection.transaction():
        # As a backup does.
        await connection.fetch("SELECT * FROM read.category_tree_v1")
        await work.finish(PROJECTIONS)
    assert await statuses_of(connection, CATEGORY_TREE) == {1: "live", 2: "ready"}
    assert await statuses_of(connection, PRODUCT_LISTING) == {1: "kept", 2: "live"}


async def test_one_that_cannot_be_filled_keeps_back_no_other(
    work: Rebuilds, connection: asyncpg.Connection
) -> None:
    for projection in (CATEGORY_TREE, PRODUCT_LISTING):
        await work.begin(projection, switches=True)
    await connection.execute("DROP TABLE read.category_tree_v1_b2")

    await work.finish(PROJECTIONS)

    assert await statuses_of(connection, CATEGORY_TREE) == {1: "live", 2: "filling"}
    assert await statuses_of(connection, PRODUCT_LISTING) == {1: "kept", 2: "live"}


async def test_a_wish_that_cannot_be_done_is_refused_and_keeps_back_no_other(
    fresh_marketplace: Marketplace,
    work: Rebuilds,
    connection: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await filled(work, CATEGORY_TREE, switches=False)
    operator = await fresh_marketplace.operator()
    for path in ("category_tree/switch", "product_listing/rebuild"):
        asked = await operator.post(f"{OPERATIONS}/{path}", {})
        assert asked.status_code == 202, asked.text
    monkeypatch.setattr(switching, "TIMEOUT_S", 1.0)

    async with connection.transaction():
        await connection.fetch("SELECT * FROM read.category_tree_v1")
        await work.finish(PROJECTIONS)

    assert await statuses_of(connection, PRODUCT_LISTING) == {1: "kept", 2: "live"}
    first, second = await connection.fetch(REFUSALS)
    assert ("Nothing was changed" in first["refusal"], second["refusal"]) == (True, None)


@pytest.mark.parametrize("first", ["job", "terminal"])
async def test_the_job_and_somebody_at_a_terminal_may_switch_at_once(
    fresh_marketplace: Marketplace,
    work: Rebuilds,
    connection: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    first: str,
) -> None:
    build, make, is_first = await filled(work, PRODUCT_LISTING), Warming.make, True
    async with rebuilds(fresh_marketplace.settings, ASKED, SNAPSHOTS) as job:

        async def make_while_the_other_switches(self: Warming, *what: Any) -> Warmed:
            nonlocal is_first
            made, was_first, is_first = await make(self, *what), is_first, False
            if was_first and first == "job":
                await job.finish(PROJECTIONS)
            elif was_first:
                await work.switch(PRODUCT_LISTING)
            return made

        monkeypatch.setattr(Warming, "make", make_while_the_other_switches)
        if first == "job":
            await work.switch_to(PRODUCT_LISTING, build)
        else:
            await job.finish(PROJECTIONS)
    assert not is_first
    assert await statuses_of(connection, PRODUCT_LISTING) == {1: "kept", 2: "live"}


async def test_a_build_that_is_gone_is_not_switched_to(work: Rebuilds) -> None:
    build = await filled(work, CATEGORY_TREE)
    await work.retire(CATEGORY_TREE, None)
    with pytest.raises(NothingReady):
        await work.switch_to(CATEGORY_TREE, build)
