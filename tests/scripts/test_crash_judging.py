"""The checker of histories must see what it is there for: each guarantee is broken once here."""

from typing import Any

import pytest
from crash_plaza import judging
from crash_plaza.history import History, LogEntry, Mark, Outage, Outcome, Read, Write
from oversell_plaza.history import Violation

PRODUCT = "p"


def title(text: str) -> Mark:
    return Mark(PRODUCT, "title", text)


def told(
    position: int, text: str, *, version: int | None = None, event: int | None = None
) -> LogEntry:
    return LogEntry(
        position=position,
        id=position * 10 if event is None else event,
        aggregate=f"product/{PRODUCT}",
        version=position if version is None else version,
        ordinal=0,
        marks=(title(text),),
    )


THREE = [told(1, "one"), told(2, "two"), told(3, "three")]


def a_write(text: str, outcome: Outcome = "acknowledged", event: int | None = None) -> Write:
    return Write(
        client="vendor",
        mark=title(text),
        asked_s=1.0,
        answered_s=2.0,
        outcome=outcome,
        event=event,
    )


def a_read(text: str, *, client: str = "reader", at_s: float = 10.0, **more: Any) -> Read:
    wish: dict[str, Any] = {"client": client, "view": "product_page", "mark": title(text)}
    return Read(**(wish | {"asked_s": at_s, "answered_s": at_s + 0.1} | more))


def broken(history: History, log: list[LogEntry] = THREE) -> list[str]:
    found: list[Violation] = list(judging.judged(history, log))
    return [violation.invariant for violation in found]


def test_a_history_in_which_everything_holds_is_no_violation() -> None:
    writes = [
        a_write("two", event=20),
        a_write("three", "unknown"),
        a_write("never", "unknown"),
        a_write("not that", "refused"),
    ]
    reads = [
        a_read("one"),
        a_read("two", covers=20),
        a_read("three", covers=20),
        a_read("one", client="another"),
    ]

    assert broken(History(writes=writes, reads=reads)) == []


def test_an_acknowledged_write_that_is_not_in_the_log_is_lost() -> None:
    assert broken(History(writes=[a_write("four")])) == [judging.LOST]


def test_an_acknowledged_write_whose_event_is_not_in_the_log_is_lost() -> None:
    assert broken(History(writes=[a_write("two", event=21)])) == [judging.LOST]


@pytest.mark.parametrize("outcome", ["acknowledged", "unknown"])
def test_a_write_that_stands_in_the_log_twice_was_applied_twice(outcome: Outcome) -> None:
    log = [*THREE, told(4, "two")]

    assert broken(History(writes=[a_write("two", outcome)]), log) == [judging.TWICE]


def test_a_refused_write_that_stands_in_the_log_is_found() -> None:
    assert broken(History(writes=[a_write("two", "refused")])) == [judging.REFUSED]


def test_a_read_that_does_not_cover_its_token_is_found() -> None:
    reads = [a_read("one", covers=20)]

    assert broken(History(reads=reads)) == [judging.OWN_WRITES]


def test_a_read_that_misses_the_callers_last_command_is_found() -> None:
    reads = [a_read("one", covers=20, is_implied=True, covers_since_s=9.0)]

    assert broken(History(reads=reads)) == [judging.OWN_LAST_COMMAND]


def test_the_callers_last_command_may_be_forgotten_where_redis_was_troubled_since() -> None:
    reads = [a_read("one", covers=20, is_implied=True, covers_since_s=9.0)]

    assert broken(History(reads=reads, outages=[Outage("redis", 8.0, 9.5)])) == []
    earlier = [Outage("redis", 1.0, 2.0), Outage("database", 8.0, 9.5)]
    assert broken(History(reads=reads, outages=earlier)) == [judging.OWN_LAST_COMMAND]


def test_a_token_that_was_named_is_covered_whatever_was_troubled() -> None:
    history = History(reads=[a_read("one", covers=20)], outages=[Outage("redis", 0.0, 99.0)])

    assert broken(history) == [judging.OWN_WRITES]


def test_a_client_that_sees_something_older_than_before_is_found() -> None:
    reads = [a_read("three"), a_read("two")]

    assert broken(History(reads=reads)) == [judging.MONOTONIC]


def test_two_clients_and_two_read_models_go_forward_on_their_own() -> None:
    reads = [
        a_read("three"),
        a_read("two", client="another"),
        a_read("two", view="product_listing"),
    ]

    assert broken(History(reads=reads)) == []


def test_an_answer_that_says_that_it_is_stale_may_be() -> None:
    reads = [a_read("three"), a_read("two", is_stale=True), a_read("one", covers=20, is_stale=True)]

    assert broken(History(reads=reads)) == []


@pytest.mark.parametrize("is_stale", [False, True])
def test_what_was_never_written_is_not_shown_even_by_a_stale_answer(is_stale: bool) -> None:  # noqa: FBT001  pytest's
    assert broken(History(reads=[a_read("four", is_stale=is_stale)])) == [judging.NEVER_WRITTEN]


def test_what_is_shown_may_come_again() -> None:
    log = [told(1, "one"), told(2, "two"), told(3, "one"), told(4, "two")]

    assert broken(History(reads=[a_read("two"), a_read("one"), a_read("two")]), log) == []
    assert broken(History(reads=[a_read("two"), a_read("one", covers=40)]), log) == [
        judging.OWN_WRITES
    ]


def test_a_hole_in_the_positions_is_found() -> None:
    assert broken(History(), [told(1, "one"), told(3, "three")]) == [judging.HOLES]


def test_an_event_with_two_positions_is_found() -> None:
    log = [told(1, "one"), told(2, "two", event=10)]

    assert broken(History(), log) == [judging.TWICE]


def test_the_facts_of_an_aggregate_that_are_swapped_are_found() -> None:
    log = [told(1, "one", version=2), told(2, "two", version=1)]

    assert broken(History(), log) == [judging.ORDER]


def test_an_answer_that_nobody_should_get_is_found() -> None:
    assert broken(History(surprises=["GET / answered 500"])) == [judging.ANSWERS]


def test_what_is_shown_in_the_end_is_what_the_log_says_last() -> None:
    assert list(judging.of_endings([title("three")], THREE, "pages")) == []
    assert [v.invariant for v in judging.of_endings([title("two")], THREE, "pages")] == [
        "pages end up right"
    ]
