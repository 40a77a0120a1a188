"""A turn of the fuzz: schemathesis with the hooks and the identity of the turn."""

from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec
import schemathesis
from schemathesis.engine import from_schema
from schemathesis.engine.events import EngineEvent, FatalError, Interrupted

from fuzz_plaza.authentication import write_log_ins
from fuzz_plaza.checking import is_held_against_plaza
from fuzz_plaza.configuration import configuration
from fuzz_plaza.document import document_of
from fuzz_plaza.mending import mending
from fuzz_plaza.own_plaza import Plaza
from fuzz_plaza.people import Belongings, People, Person
from fuzz_plaza.turns import Turn

KEY_SCOPES = [
    *("catalog:read", "catalog:write", "inventory:read", "inventory:write"),
    *("orders:read", "orders:write", "vendor:read"),
]


class Prepared(msgspec.Struct, frozen=True):
    """A turn, and whom and what it needs."""

    turn: Turn
    persons: list[Person]
    belongings: Belongings
    key: str | None


def prepared(plaza: Plaza, turn: Turn) -> Prepared:
    """Make people and a shop for a turn; before any turn, because the operator's changes the rules.

    Raises:
        CannotPrepare: something was refused.
    """
    people = People(plaza)
    caller = people.operator if turn.caller == "operator" else people.owner
    belongings = people.belongings_of(caller)
    key = None
    if turn.caller == "key":
        key = people.key_of(people.owner, belongings.shop.vendor, KEY_SCOPES)
    return Prepared(turn, [people.operator, people.owner, people.rival], belongings, key)


def fuzzed(
    plaza: Plaza, prepared: Prepared, folder: Path, phases: Collection[str], *, keeps_going: bool
) -> Iterator[EngineEvent]:
    """Let the turn's caller send whatever the seed makes; what happened, as it happens.

    Raises:
        KeyboardInterrupt: also where schemathesis took it.
    """
    log_ins = folder / "log-ins.json"
    write_log_ins(log_ins, prepared.persons, prepared.key)
    belongings = prepared.belongings
    config = configuration(
        prepared.turn, plaza.origin, belongings, log_ins, phases, keeps_going=keeps_going
    )
    schema = schemathesis.openapi.from_dict(document_of(plaza, belongings), config=config)
    schema.hook("filter_failure")(is_held_against_plaza)
    schema.hook(mending(belongings.consistency_token))
    for event in from_schema(schema).execute():
        yield event
        if isinstance(event, Interrupted):
            raise KeyboardInterrupt
        if isinstance(event, FatalError):
            raise event.exception
