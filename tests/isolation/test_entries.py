"""Nothing that can be asked is left out of the matrix."""

import pytest

from isolation.entries import ENTRIES, NOBODYS
from isolation.kinds import Kind
from isolation.operations import OPERATIONS, operations_of
from isolation.things import Things
from isolation.world import PLACE, World, body_of, places_of


# fault 64
async def test_every_operation_has_an_entry(world: World) -> None:
    answer = await world.marketplace.anybody.get("/schema/openapi.json")
    operations = operations_of(answer.json())
    new = sorted(operations.keys() - ENTRIES.keys())
    gone = sorted(ENTRIES.keys() - operations.keys())

    assert operations == OPERATIONS
    assert new == [], f"Add to ENTRIES in tests/isolation/entries.py, who may do it: {new}"
    assert gone == [], f"Take out of ENTRIES in tests/isolation/entries.py: {gone}"
    assert len(operations) >= 60


@pytest.mark.parametrize("name", ENTRIES)
def test_every_id_is_made_by_somebody(name: str) -> None:
    operation, entry = OPERATIONS[name], ENTRIES[name]

    for place, thing in places_of(operation, entry).items():
        assert entry.rightful is None or hasattr(Things, thing), (
            f"{place}: add a method `{thing}` to Things in tests/isolation/things.py"
        )
    for pointer in operation.in_body:
        assert _is_filled(body_of(operation, entry), pointer) or _last(pointer) in NOBODYS, (
            f"{pointer} is an id: give {name} a body with a `{{thing}}` there in"
            " tests/isolation/entries.py, or tell in NOBODYS why it belongs to nobody"
        )
    for parameter in operation.in_query:
        is_tried = parameter in places_of(operation, entry)
        assert is_tried or parameter in NOBODYS or entry.audience.lets_in == {Kind.OPERATOR}


def _last(pointer: str) -> str:
    return pointer.replace("/*", "").rpartition("/")[2]


def _is_filled(body: object, pointer: str) -> bool:
    """Whether a thing stands where the pointer points."""
    found = [body]
    for step in pointer.split("/")[1:]:
        if step == "*":
            found = [item for part in found if isinstance(part, list) for item in part]
        else:
            found = [part.get(step) for part in found if isinstance(part, dict)]
    return any(isinstance(part, str) and PLACE.fullmatch(part) for part in found)


def test_keys_are_let_in_where_the_document_says_so() -> None:
    told = {name for name, operation in OPERATIONS.items() if operation.scopes}
    let_in = {
        name
        for name, entry in ENTRIES.items()
        if Kind.KEY in entry.audience.lets_in and Kind.WRONG_KEY not in entry.audience.lets_in
    }

    assert told == let_in


def test_what_the_document_calls_public_is_for_everybody() -> None:
    told = {name for name, operation in OPERATIONS.items() if operation.is_public}

    assert told == {
        name for name, entry in ENTRIES.items() if Kind.ANONYMOUS in entry.audience.lets_in
    }
