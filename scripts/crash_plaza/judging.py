"""Holds a history against the log: pure."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from oversell_plaza.history import Violation

from crash_plaza.history import History, LogEntry, Mark, Outage, Read, Write

LOST = "nothing acknowledged is lost"
TWICE = "nothing is applied twice"
REFUSED = "nothing refused is applied"
OWN_WRITES = "what a token names is shown"
OWN_LAST_COMMAND = "callers who are known see their own last command"
MONOTONIC = "what a client has seen does not go back"
NEVER_WRITTEN = "only what was written is shown"
HOLES = "positions follow one another without a hole"
ORDER = "the facts of an aggregate stand in the order of its versions"
ANSWERS = "every answer is one that a client may get"

FORGETFUL_S = 5.0
"""So long after Redis was troubled a process may still do without it."""


def judged(history: History, log: Sequence[LogEntry]) -> Iterator[Violation]:
    """Everything that does not hold.

    Args:
        history: of all clients.
        log: the whole of it, by position.
    """
    for surprise in history.surprises:
        yield Violation(ANSWERS, surprise)
    yield from of_log(log)
    yield from of_writes(history.writes, log)
    yield from Reads(log, history.outages).judged(history.reads)


def of_log(log: Sequence[LogEntry]) -> Iterator[Violation]:
    """Positions are gap-free, and per aggregate versions only rise."""
    for before, after in pairwise(log):
        if after.position != before.position + 1:
            yield Violation(HOLES, f"after {before.position} comes {after.position}")
    ids: set[int] = set()
    latest: dict[str, LogEntry] = {}
    for entry in log:
        if entry.id in ids:
            yield Violation(TWICE, f"event {entry.id} stands at {entry.position} once more")
        ids.add(entry.id)
        last = latest.get(entry.aggregate)
        if last is not None and (entry.version, entry.ordinal) <= (last.version, last.ordinal):
            yield Violation(ORDER, f"{entry} comes after {last}")
        latest[entry.aggregate] = entry


def of_writes(writes: Iterable[Write], log: Iterable[LogEntry]) -> Iterator[Violation]:
    """What was acknowledged happened once, what was refused never, all else at most once."""
    found: dict[Mark, list[int]] = defaultdict(list)
    ids = set()
    for entry in log:
        ids.add(entry.id)
        for mark in entry.marks:
            found[mark].append(entry.position)
    for write in writes:
        positions = found.get(write.mark, [])
        if write.outcome == "acknowledged" and not positions:
            yield Violation(LOST, f"{write} is not in the log")
        elif write.event is not None and write.event not in ids:
            yield Violation(LOST, f"{write} is in the log, and the event of its token is not")
        if write.outcome == "refused" and positions:
            yield Violation(REFUSED, f"{write} stands at {positions}")
        elif len(positions) > 1:
            yield Violation(TWICE, f"{write} stands at {positions}")


class Course:
    """What one aspect of one subject was, one after the other."""

    def __init__(self) -> None:
        self.positions: list[int] = []
        self.texts: list[str] = []

    def add(self, position: int, text: str) -> None:
        self.positions.append(position)
        self.texts.append(text)

    def at(self, position: int) -> int:
        """Which of them held when the log had come so far."""
        return max(0, bisect_right(self.positions, position) - 1)

    def first_from(self, index: int, text: str) -> int | None:
        """The first place at or after the index where it was this."""
        return next((n for n in range(index, len(self.texts)) if self.texts[n] == text), None)


class Reads:
    """Judges reads against the courses that the log tells of."""

    def __init__(self, log: Iterable[LogEntry], outages: Sequence[Outage]) -> None:
        self._courses: dict[tuple[str, str], Course] = defaultdict(Course)
        self._position_of: dict[int, int] = {}
        self._forgetful = [outage for outage in outages if outage.what == "redis"]
        for entry in log:
            self._position_of[entry.id] = entry.position
            for mark in entry.marks:
                self._courses[mark.subject, mark.aspect].add(entry.position, mark.text)

    def judged(self, reads: Iterable[Read]) -> Iterator[Violation]:
        """Each client's reads of a read model only go forward, and cover what they had to.

        An answer that says that it may be stale binds nobody to anything but to have been true.
        """
        seen: dict[tuple[str, str, str, str], int] = {}
        for read in reads:
            course = self._courses[read.mark.subject, read.mark.aspect]
            if course.first_from(0, read.mark.text) is None:
                yield Violation(NEVER_WRITTEN, str(read))
                continue
            if read.is_stale:
                continue
            who = (read.client, read.view, read.mark.subject, read.mark.aspect)
            covered = self._covered(read, course)
            if course.first_from(covered, read.mark.text) is None:
                told = OWN_LAST_COMMAND if read.is_implied else OWN_WRITES
                yield Violation(told, f"{read}; not since {course.positions[covered]}")
                continue
            least = max(covered, seen.get(who, 0))
            place = course.first_from(least, read.mark.text)
            if place is None:
                yield Violation(MONOTONIC, f"{read}; it had seen {course.positions[seen[who]]}")
                continue
            seen[who] = place

    def _covered(self, read: Read, course: Course) -> int:
        position = None if read.covers is None else self._position_of.get(read.covers)
        if position is None or (read.is_implied and self._may_be_forgotten(read)):
            return 0
        return course.at(position)

    def _may_be_forgotten(self, read: Read) -> bool:
        """Whether Redis, which knows everybody's last command, was troubled since that one."""
        return any(
            outage.began_s <= read.answered_s
            and read.covers_since_s <= outage.ended_s + FORGETFUL_S
            for outage in self._forgetful
        )


def of_endings(shown: Iterable[Mark], log: Iterable[LogEntry], views: str) -> Iterator[Violation]:
    """In the end everybody is shown what the log says last."""
    last: dict[tuple[str, str], str] = {}
    for entry in log:
        for mark in entry.marks:
            last[mark.subject, mark.aspect] = mark.text
    for mark in shown:
        if last.get((mark.subject, mark.aspect)) != mark.text:
            wanted = last.get((mark.subject, mark.aspect))
            yield Violation(f"{views} end up right", f"{mark}, but the log says {wanted}")
