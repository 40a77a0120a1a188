"""What a fact says, to all who ask."""

from typing import ClassVar
from uuid import UUID

import msgspec
import pytest

from plaza.kernel.event import Event, said_by
from plaza.kernel.ids import new_id
from read_models.given import a_fact


class BellRung(Event, frozen=True, kw_only=True, tag="tests.bell_rung.v1"):
    AGGREGATE: ClassVar[str] = "bell"

    bell_id: UUID


class BellHung(Event, frozen=True, kw_only=True, tag="tests.bell_hung.v1"):
    AGGREGATE: ClassVar[str] = "bell"

    bell_id: UUID


def test_what_a_fact_says_is_taken_apart_once() -> None:
    rung = BellRung(bell_id=new_id(), version=1)
    fact = a_fact(rung, 1)
    said = said_by(fact, BellRung)
    assert said == rung
    assert said_by(fact, BellRung) is said


def test_a_fact_is_the_same_whether_somebody_has_asked_it_or_not() -> None:
    fact = a_fact(BellRung(bell_id=new_id(), version=1), 1)
    before = msgspec.structs.replace(fact)
    said_by(fact, BellRung)
    assert fact == before


def test_what_it_was_taken_for_before_does_not_make_it_something_else() -> None:
    fact = a_fact(BellRung(bell_id=new_id(), version=1), 1)
    said_by(fact, BellRung)
    with pytest.raises(msgspec.ValidationError):
        said_by(fact, BellHung)
