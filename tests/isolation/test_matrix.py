"""Every operation, asked by every kind of caller, with every id that is not theirs.

What is another's is answered as what does not exist: the same status, body and headers, after the
same statements to the database; and no row of any table changes. At the end the one who may does
it, so that none of the refusals is only the refusal of a request that nobody could make.
"""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from actors import Person
from isolation.entries import ENTRIES, OWNED
from isolation.kinds import INSIDERS, KEYS, Kind
from isolation.operations import OPERATIONS
from isolation.sides import a_person
from isolation.strangers import missing, needed, owned_places, strangers
from isolation.tables import changed
from isolation.things import ALTERNATIVES
from isolation.world import Case, Told, World, places_of, told

ASKED = [name for name in OWNED if name in OPERATIONS]
# To operators nothing is foreign.
WITH_IDS = [
    name
    for name in ASKED
    if owned_places(name) and ENTRIES[name].audience.lets_in != {Kind.OPERATOR}
]
FOR_OPERATORS = [
    name
    for name in ASKED
    if Kind.OPERATOR in ENTRIES[name].audience.lets_in and OPERATIONS[name].in_path
]
UNHEARD_OF = {"unheard_of": "1"}
ENDS_ITS_CALLER = {"eraseAccount"}
REPLAYED = "idempotency-replayed"


# fault 64
@pytest.mark.parametrize("name", ASKED)
async def test_who_may_is_let_in_and_to_others_nothing_is_there(world: World, name: str) -> None:
    case = await world.case(name)
    ids = await needed(case)
    callers = await world.callers(case)
    before = await world.digests()

    for kind, person in callers.items():
        refusal = case.refusal_of(kind)
        if refusal is not None:
            theirs = await told(case, person, ids)
            assert theirs.status == refusal, (kind, theirs)
            nobodys = await told(case, person, missing(ids, *ids))
            assert theirs == nobodys or kind in INSIDERS, kind
        else:
            # The query is judged behind the guard and before everything else.
            theirs = await told(case, person, ids, UNHEARD_OF)
            assert (theirs.status, theirs.body["code"]) == (400, "unknown_parameter"), kind
        assert not theirs.shows(case.side), kind

    assert changed(before, await world.digests()) == []


# fault 64
@pytest.mark.parametrize("name", WITH_IDS)
async def test_a_foreign_thing_is_not_there_among_ones_own(world: World, name: str) -> None:
    case = await world.case(name)
    theirs = await needed(case)
    others = await strangers(world, case)
    foreign = {place: await alternatives(case, place, theirs) for place in owned_places(name)}
    assert others, "who else is let in by the guard?"
    before = await world.digests()

    for stranger in others:
        for place, things in foreign.items():
            ids = {**theirs, **stranger.own}
            nobodys = await told(case, stranger.person, missing(ids, place))
            for thing in things:
                answer = await told(case, stranger.person, ids | {place: thing})
                assert_foreign(case, stranger.kind, answer, nobodys)

    assert changed(before, await world.digests()) == []


async def alternatives(case: Case, place: str, ids: Mapping[str, Any]) -> list[Any]:
    """What stands in the place, and the same kind of thing where others see something of it."""
    other = ALTERNATIVES.get(places_of(case.operation, case.entry)[place])
    return [ids[place], *([] if other is None else [await case.things.of(other)])]


def assert_foreign(case: Case, kind: Kind, answer: Told, nobodys: Told) -> None:
    assert not answer.shows(case.side), kind
    assert answer.status == case.entry.others, (kind, answer)
    if not case.entry.is_secret:
        assert answer == nobodys, kind


@pytest.mark.parametrize("name", FOR_OPERATORS)
async def test_operators_are_told_of_a_thing_that_does_not_exist(world: World, name: str) -> None:
    case = await world.case(name)
    ids = await needed(case)
    before = await world.digests()

    for place in case.operation.in_path:
        nobodys = await told(case, world.operator, missing(ids, place))
        assert (nobodys.status, nobodys.body["code"]) == (404, "not_found"), place

    assert changed(before, await world.digests()) == []


# fault 46, 64
@pytest.mark.parametrize("name", [name for name in ASKED if ENTRIES[name].rightful])
async def test_the_rightful_caller_is_answered_and_nobody_else_by_the_same_key(
    world: World, name: str
) -> None:
    case = await world.case_to_be_done(name)
    ids = await needed(case)
    assert case.entry.rightful is not None
    rightful = await world.caller(case, case.entry.rightful)
    key: Any = {} if case.operation.is_question else {"Idempotency_Key": str(uuid4())}
    await world.quiet()

    answer = await told(case, rightful, ids, **key)

    assert 200 <= answer.status < 300, answer
    if case.operation.is_question:
        assert answer.shows(case.side) == case.entry.tells
    if case.operation.method == "POST":
        await assert_repeated(case, rightful, ids, key, answer)
    for kind, person in (await who_may_not(world, case)).items():
        repeated = await told(case, person, ids, **key)
        assert repeated.status == case.refusal_of(kind) or kind is Kind.CUSTOMER, kind
        assert REPLAYED not in repeated.headers, kind
        assert not repeated.shows(case.side), kind


async def assert_repeated(
    case: Case, rightful: Person, ids: Mapping[str, Any], key: Any, answer: Told
) -> None:
    """The first answer is given again, to the last byte, while there is somebody to give it to."""
    again = await told(case, rightful, ids, **key)
    if case.operation.id in ENDS_ITS_CALLER:
        assert again.status == 401
        return
    assert (again.status, again.body) == (answer.status, answer.body)
    assert REPLAYED in again.headers
    assert again.headers.get("plaza-consistency") == answer.headers.get("plaza-consistency")


async def who_may_not(world: World, case: Case) -> dict[Kind, Person]:
    """Who is not let in; where everybody with an account is, somebody else who is."""
    people = frozenset(case.kinds) - KEYS - {Kind.ENDED, Kind.ENDED_KEY}
    refused = [kind for kind in people if case.refusal_of(kind) is not None]
    found = {kind: await world.caller(case, kind) for kind in refused}
    if not case.is_about_a_vendor and Kind.CUSTOMER not in refused:
        another = await a_person(world.marketplace, world.everything, "another")
        found[Kind.CUSTOMER] = another
    return found


def test_the_matrix_is_not_empty() -> None:
    assert len(ASKED) >= 50
    assert len(WITH_IDS) >= 15
    assert sum(1 for name in ASKED if ENTRIES[name].is_secret) <= 1
