"""Closed tables of states."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaza.contexts.catalog.product import MOVES as PRODUCT_MOVES
from plaza.contexts.vendors.vendor import MOVES as VENDOR_MOVES
from plaza.kernel.refusals import IllegalTransition
from plaza.kernel.states import moved

TABLES: dict[str, Mapping[Any, tuple[Any, ...]]] = {
    "vendor": VENDOR_MOVES,
    "product": PRODUCT_MOVES,
}
STATES = sorted({state for table in TABLES.values() for state in table})


@given(st.sampled_from(sorted(TABLES)), st.data())
def test_a_move_is_made_exactly_where_the_table_has_it(noun: str, data: st.DataObject) -> None:
    table = TABLES[noun]
    current = data.draw(st.sampled_from(sorted(table)))
    wanted = data.draw(st.sampled_from(STATES))
    if wanted in table[current]:
        assert moved(noun, table, current, wanted) == wanted
        return
    with pytest.raises(IllegalTransition) as told:
        moved(noun, table, current, wanted)
    assert told.value.members == {
        "from": current,
        "to": wanted,
        "allowed": list(table[current]),
    }


@pytest.mark.parametrize("noun", TABLES)
def test_every_state_that_can_be_reached_is_in_the_table(noun: str) -> None:
    table = TABLES[noun]
    assert {state for states in table.values() for state in states} <= table.keys()


def test_the_end_of_a_vendor_is_the_end() -> None:
    assert VENDOR_MOVES["closed"] == ()
    assert PRODUCT_MOVES["archived"] == ()
