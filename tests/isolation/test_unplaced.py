"""An order that is not paid is its shopper's alone: its vendors find nothing of it yet."""

from typing import Any
from uuid import uuid4

import pytest

from isolation.entries import ENTRIES
from isolation.operations import OPERATIONS
from isolation.strangers import needed
from isolation.tables import changed
from isolation.world import World, told

OF_VENDOR_ORDERS = [name for name in ENTRIES if "vendor_order" in OPERATIONS[name].in_path]


# fault 64
@pytest.mark.parametrize("name", OF_VENDOR_ORDERS)
async def test_its_own_vendor_is_told_that_it_is_not_there(world: World, name: str) -> None:
    case = await world.case(name)
    ids = await needed(case)
    unplaced = await case.things.of("unplaced_vendor_order")
    before = await world.digests()

    async def answered(vendor_order: str) -> tuple[int, Any]:
        answer = await told(case, case.side.owner, ids | {"vendor_order": vendor_order})
        return answer.status, answer.body

    assert await answered(unplaced) == await answered(str(uuid4()))
    assert (await answered(unplaced))[0] == 404
    assert changed(before, await world.digests()) == []


def test_there_are_vendor_orders_to_be_asked_of() -> None:
    assert len(OF_VENDOR_ORDERS) >= 4
