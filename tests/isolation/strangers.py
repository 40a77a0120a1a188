"""Who else than the case's own side is let in, and with what of theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from actors import Person
from isolation.entries import ENTRIES, NOBODYS
from isolation.kinds import Kind
from isolation.operations import OPERATIONS
from isolation.world import Case, World, ids_of, places_of

LIKE = {
    Kind.OTHER_OWNER: Kind.OWNER,
    Kind.OTHER_MANAGER: Kind.MANAGER,
    Kind.OTHER_STAFF: Kind.STAFF,
    Kind.OTHER_KEY: Kind.KEY,
}
"""In their own vendor they may what the same role may in the case's."""


def missing(ids: Mapping[str, Any], *places: str) -> dict[str, Any]:
    """The ids with new ones in these places, which name nothing."""
    return {**ids, **{place: str(uuid4()) for place in places}}


def owned_places(name: str) -> list[str]:
    """Where an id of the operation stands that has an owner, beside the vendor's."""
    places = places_of(OPERATIONS[name], ENTRIES[name])
    return sorted(place for place in places if place != "vendor" and place not in NOBODYS)


async def needed(case: Case) -> dict[str, Any]:
    """The ids of the case, with everything in place that it takes to be answered."""
    version = case.entry.version
    await case.things.ids([*case.entry.needs, *([version] if isinstance(version, str) else [])])
    return await ids_of(case, case.things)


@dataclass(frozen=True)
class Stranger:
    """Somebody who is let in for a vendor, or an account, of their own; and the ids of it."""

    kind: Kind
    person: Person
    own: Mapping[str, Any]


async def strangers(world: World, case: Case) -> list[Stranger]:
    """Those who are let in, but not for the case's side."""
    own: Mapping[str, Any] = {}
    kinds = [kind for kind in case.kinds if _acts_for_itself(case, kind)]
    if case.is_about_a_vendor:
        places = places_of(case.operation, case.entry)
        owned = {place: thing for place, thing in places.items() if place not in NOBODYS}
        things = await world.other_things.ids(owned.values())
        own = {place: things[thing] for place, thing in owned.items()}
        may = case.entry.audience.lets_in - case.entry.themselves
        kinds = [kind for kind, like in LIKE.items() if like in may]
    return [Stranger(kind, await world.caller(case, kind), own) for kind in kinds]


def _acts_for_itself(case: Case, kind: Kind) -> bool:
    is_let_in = case.refusal_of(kind) is None
    return is_let_in and kind not in case.entry.seen_by | {case.entry.rightful}
