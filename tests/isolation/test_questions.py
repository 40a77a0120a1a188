"""No answer shows a row of somebody else's: not in lists, not by cursors, tokens or guesses.

Everything about a side that is not for all eyes has its mark, and every answer to everybody else
is searched for it.
"""

from typing import Any
from uuid import UUID, uuid4

import pytest

from isolation.entries import ENTRIES, OWNED
from isolation.kinds import INSIDERS, Kind
from isolation.operations import OPERATIONS
from isolation.strangers import needed, strangers
from isolation.world import Told, World, ask, places_of, told

ASKED = [name for name, told in OPERATIONS.items() if told.is_question and name in ENTRIES]
OWN = [name for name in ASKED if name in OWNED]
PUBLIC = [name for name in ASKED if name not in OWNED and ENTRIES[name].rightful]
IN_PAGES = [
    name
    for name in OWN
    if "cursor" in OPERATIONS[name].query and ENTRIES[name].rightful is not Kind.OPERATOR
]
READING_OWN_WRITES = [name for name in ASKED if "PlazaConsistency" in OPERATIONS[name].headers]


# fault 64
@pytest.mark.parametrize("name", OWN)
async def test_ones_own_answer_shows_nothing_of_others(world: World, name: str) -> None:
    case = await world.case(name)
    ids = await needed(case)
    others = await strangers(world, case)
    await world.quiet()

    for stranger in others:
        answer = await told(case, stranger.person, {**ids, **stranger.own})
        assert answer.status in {200, case.entry.others}, stranger.kind
        assert not answer.shows(case.side), stranger.kind
        works_there = stranger.kind in INSIDERS
        assert works_there or not answer.names([case.side.owner.id]), stranger.kind


# fault 64
@pytest.mark.parametrize("name", PUBLIC)
async def test_public_answers_show_everybody_the_same_and_nothing_private(
    world: World, name: str
) -> None:
    case = await world.case(name)
    ids = await needed(case)
    await world.quiet()
    query = {"limit": "100"} if "limit" in case.operation.query else {}

    answers = [
        await told(case, person, ids, query)
        for kind, person in (await world.callers(case)).items()
        if kind not in {Kind.ENDED, Kind.ENDED_KEY}
    ]

    assert {answer.status for answer in answers} == {200}
    assert not any(answer.shows(case.side) for answer in answers)


# fault 64
@pytest.mark.parametrize(
    ("name", "thing"), [(name, thing) for name in PUBLIC for thing in ENTRIES[name].hidden]
)
async def test_what_is_not_public_yet_is_not_there(world: World, name: str, thing: str) -> None:
    case = await world.case(name)
    (place,) = places_of(case.operation, case.entry)
    hidden = await case.things.of(thing)
    nobodys = str(uuid4()) if _is_id(hidden) else f"nothing-{uuid4().hex}"
    await world.quiet()

    for kind, person in (await world.callers(case)).items():
        answer = await told(case, person, {place: hidden})
        assert answer == await told(case, person, {place: nobodys}), kind
        assert answer.status in {401, 404}, kind


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


# fault 64, 82
@pytest.mark.parametrize("name", IN_PAGES)
async def test_a_cursor_goes_on_in_its_own_list_only(world: World, name: str) -> None:
    case = await world.case(name)
    ids = await needed(case)
    others = await strangers(world, case)
    await world.quiet()
    rightful = case.side.owner
    first = await ask(case, rightful, ids, {"limit": "1"})
    cursor = first.json()["next_cursor"]
    assert cursor is not None, "give the entry what its list needs to have two rows"
    second = await told(case, rightful, ids, {"limit": "1", "cursor": cursor})
    assert second.status == 200

    forged = {"limit": "1", "cursor": _altered(cursor)}
    for stranger in others:
        own = {**ids, **stranger.own}
        theirs = await told(case, stranger.person, own, {"limit": "1", "cursor": cursor})
        assert (theirs.status, theirs.body["code"]) == (400, "invalid_cursor"), stranger.kind
        assert theirs == await told(case, stranger.person, own, forged), stranger.kind


def _altered(cursor: str) -> str:
    return ("B" if cursor[0] == "A" else "A") + cursor[1:]


# fault 50, 64
@pytest.mark.parametrize("name", READING_OWN_WRITES)
async def test_a_token_of_anothers_command_shows_nothing(world: World, name: str) -> None:
    case = await world.case(name)
    ids = await needed(case)
    token = await case.things.of("consistency_token")
    others = await strangers(world, case)
    await world.quiet()

    for stranger in others:
        if stranger.kind in INSIDERS | {Kind.ENDED, Kind.ENDED_KEY}:
            continue
        own = {**ids, **stranger.own}
        with_it = await told(case, stranger.person, own, Plaza_Consistency=token)
        without = await told(case, stranger.person, own, Plaza_Consistency="none")
        assert _said(with_it) == _said(without), stranger.kind
        assert with_it.status in {200, case.entry.others}
        assert not with_it.shows(case.side), stranger.kind


def _said(answer: Told) -> tuple[int, Any]:
    return answer.status, answer.body
