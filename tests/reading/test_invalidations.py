from plaza.reading.invalidations import Invalidations
from plaza.reading.seen_once import SeenOnce


def test_only_what_was_named_since_has_changed() -> None:
    invalidations = Invalidations()
    invalidations.tell(["a"])
    noted = invalidations.sequence
    assert not invalidations.came_after(noted, ["a"])
    invalidations.tell(["b", "c"])
    assert not invalidations.came_after(noted, ["a"])
    assert invalidations.came_after(noted, ["a", "c"])


def test_what_was_named_after_a_reader_came_is_no_matter_to_it() -> None:
    invalidations = Invalidations()
    began = invalidations.sequence
    invalidations.tell(["a"])
    came = invalidations.sequence
    invalidations.tell(["b"])
    assert invalidations.came_after(began, ["a"], until=came)
    assert not invalidations.came_after(came, ["b"], until=came)


def test_everything_is_everything() -> None:
    invalidations = Invalidations()
    noted = invalidations.sequence
    invalidations.tell_all()
    assert invalidations.came_after(noted, ["never named"])
    assert not invalidations.came_after(invalidations.sequence, ["never named"])


def test_what_was_forgotten_counts_as_named() -> None:
    invalidations = Invalidations(remembered_max=10)
    noted = invalidations.sequence
    for number in range(11):
        invalidations.tell([str(number)])
    assert invalidations.came_after(noted, ["0"])
    assert invalidations.came_after(noted, ["never named"])
    # Only what was asked for before the forgotten one is in doubt.
    assert not invalidations.came_after(noted + 1, ["0", "never named"])


def test_a_tag_that_is_named_again_and_again_is_remembered_once() -> None:
    invalidations = Invalidations(remembered_max=10)
    noted = invalidations.sequence
    for _ in range(100):
        invalidations.tell(["a"])
    assert not invalidations.came_after(noted, ["b"])


def test_a_second_time_is_known_for_a_while_and_then_forgotten() -> None:
    seen = SeenOnce(seen_max=10)
    assert not seen.is_known("a")
    assert seen.is_known("a")
    for number in range(10):
        assert not seen.is_known(str(number))
    assert seen.is_known("a")
    for number in range(100, 130):
        assert not seen.is_known(str(number))
    assert not seen.is_known("a")
