"""The collector's rests while a process answers."""

import gc

import pytest

from plaza.entrypoints.garbage import OLDEST_EVERY, rare_collections


def test_the_oldest_are_looked_through_rarely_until_it_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    # What the tests themselves have spared stays spared.
    monkeypatch.setattr(gc, "freeze", lambda: told.append("spared"))
    monkeypatch.setattr(gc, "unfreeze", lambda: told.append("looked through again"))
    before = gc.get_threshold()
    with rare_collections():
        assert gc.get_threshold() == (*before[:2], OLDEST_EVERY)
        assert told == ["spared"]
    assert gc.get_threshold() == before
    assert told == ["spared", "looked through again"]
