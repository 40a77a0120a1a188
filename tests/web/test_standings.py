"""What is remembered of callers counts only while it is known to be true."""

from collections.abc import Callable
from uuid import UUID, uuid4

from plaza.web.standings import (
    NOTES_MAX,
    REMEMBERED_S,
    TRUSTED_S,
    Changes,
    Notes,
    Remembered,
)


class World:
    """A clock, a table of notes, and the truth that is looked up."""

    def __init__(self) -> None:
        self.time = 100.0
        self.horizon = 1
        self.asked = 0
        self.notes: set[UUID] = set()
        self.truth: dict[str, str] = {}
        self.is_away = False
        self.while_looking: Callable[[], None] = lambda: None
        self.subject = uuid4()
        self.changes = Changes(self.ask, lambda: self.time)
        self.known = Remembered(self.changes, self.look_up, lambda _key, _value: (self.subject,))

    async def ask(self, _: int) -> Notes:
        if self.is_away:
            raise ConnectionError
        self.asked += 1
        heard, self.notes = self.notes, set()
        return Notes(self.horizon, frozenset((self.asked, subject) for subject in heard))

    async def look_up(self, key: str) -> str | None:
        found = self.truth.get(key)
        self.while_looking()
        return found


async def a_world() -> World:
    world = World()
    await world.changes.poll()
    return world


async def test_what_is_known_is_not_asked_again() -> None:
    world = await a_world()
    world.truth["ann"] = "owner"

    assert [await world.known.get("ann") for _ in range(3)] == ["owner"] * 3
    assert world.known.lookups == 1


async def test_a_change_that_was_heard_of_is_looked_up() -> None:
    world = await a_world()
    world.truth["ann"] = "owner"
    await world.known.get("ann")

    world.truth["ann"], world.time = "staff", world.time + 0.1
    world.notes = {world.subject}
    assert await world.known.get("ann") == "owner"
    await world.changes.poll()

    assert await world.known.get("ann") == "staff"


async def test_somebody_elses_change_forgets_nobody_else() -> None:
    world = await a_world()
    world.truth["ann"] = "owner"
    await world.known.get("ann")

    world.notes = {uuid4()}
    await world.changes.poll()
    await world.known.get("ann")

    assert world.known.lookups == 1


async def test_a_change_during_the_look_up_is_not_missed() -> None:
    world = await a_world()
    world.truth["ann"] = "owner"

    def changed_meanwhile() -> None:
        world.truth["ann"] = "staff"
        world.time += 0.1
        world.changes._changed_at[world.subject] = world.time  # noqa: SLF001  as a poll does
        world.while_looking = lambda: None

    world.while_looking = changed_meanwhile
    assert await world.known.get("ann") == "owner"
    assert await world.known.get("ann") == "staff"


async def test_nothing_is_trusted_while_nothing_is_heard() -> None:
    world = await a_world()
    world.truth["ann"] = "owner"
    await world.known.get("ann")

    world.time += TRUSTED_S + 0.01
    world.truth["ann"] = "staff"

    assert await world.known.get("ann") == "staff"


async def test_another_cluster_or_too_many_notes_make_everything_forgotten() -> None:
    for horizon, count in ((0, 0), (2, NOTES_MAX + 1)):
        world = await a_world()
        world.truth["ann"] = "owner"
        await world.known.get("ann")

        world.time, world.truth["ann"], world.horizon = world.time + 0.1, "staff", horizon
        world.notes = {UUID(int=number) for number in range(count)}
        await world.changes.poll()

        assert await world.known.get("ann") == "staff"


async def test_what_is_not_there_is_not_remembered() -> None:
    world = await a_world()

    assert await world.known.get("ann") is None
    world.truth["ann"] = "owner"

    assert await world.known.get("ann") == "owner"


async def test_a_memory_ends() -> None:
    world = await a_world()
    world.truth["ann"] = "owner"
    await world.known.get("ann")

    world.time += REMEMBERED_S + 1
    await world.changes.poll()
    await world.known.get("ann")

    assert world.known.lookups == 2


async def test_a_note_that_is_told_again_changes_nothing() -> None:
    world = await a_world()
    world.truth["ann"] = "owner"
    told = frozenset({(7, world.subject)})

    async def ask_again(_: int) -> Notes:
        return Notes(1, told)

    world.changes._ask = ask_again  # noqa: SLF001  as with an old transaction that stays open
    await world.changes.poll()
    world.time += 0.1
    await world.known.get("ann")
    await world.changes.poll()
    await world.known.get("ann")

    assert world.known.lookups == 1


async def test_listeners_are_told_of_subjects() -> None:
    world, heard = await a_world(), []

    async def listen(subjects: frozenset[UUID]) -> None:
        heard.append(subjects)

    world.changes.listen(listen)
    await world.changes.poll()
    world.notes = {world.subject}
    await world.changes.poll()

    assert heard == [{world.subject}]
