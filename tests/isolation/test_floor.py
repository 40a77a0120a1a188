"""With the application's own predicate taken away, row-level security alone keeps all apart.

Every operation is asked by the one who may, about their own things, so that every guard and every
WHERE lets them pass; only the database is told that they are somebody else.
"""

import pytest

from isolation.entries import ENTRIES, OWNED
from isolation.forcing import forced_into
from isolation.operations import OPERATIONS
from isolation.strangers import needed
from isolation.tables import changed
from isolation.world import World, told

OF_THE_ENGINE = {"listProjections", "rebuildProjection"}
"""What is asked or written of projections is nobody's: no row of it is private."""

PRIVATE = [
    name
    for name in OWNED
    if name in OPERATIONS and name not in OF_THE_ENGINE and ENTRIES[name].rightful
]


# fault 64, 66
@pytest.mark.parametrize("name", PRIVATE)
async def test_in_a_strangers_scope_nothing_is_seen_and_nothing_changes(
    world: World, name: str
) -> None:
    case = await world.case(name)
    ids = await needed(case)
    assert case.entry.rightful is not None
    rightful = await world.caller(case, case.entry.rightful)
    others = await world.strange_scopes()
    before = await world.digests()

    for whose, surface in others.items():
        with forced_into(surface) as asked:
            answer = await told(case, rightful, ids)
        assert asked, "the request opened no scope: was it refused before?"
        assert not answer.shows(case.side), whose
        assert not answer.names([*ids.values(), case.side.owner.id]), whose
        assert OPERATIONS[name].is_question or answer.status >= 400, (whose, answer)

    assert changed(before, await world.digests()) == []
