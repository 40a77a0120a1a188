"""Commands that find no database, or an empty one, say so in a sentence."""

from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from entrypoints.conftest import Run
from plaza.settings import Settings

KEY = str(uuid4())
EVERYWHERE = [
    ("projections", "list"),
    ("projections", "show", "bestsellers"),
    ("projections", "retry", "bestsellers", "--all"),
    ("projections", "skip", "bestsellers", "--key", KEY, "--reason", "broken"),
    ("events", "tail"),
    ("cdn", "changed", "--since", "0"),
]
ELSEWHERE = [
    ("projections", "audit", "bestsellers"),
    ("projections", "rebuild", "bestsellers"),
    ("projections", "replay", "bestsellers", "--key", KEY),
    ("log", "verify"),
    ("stock", "verify"),
]


@pytest.fixture(autouse=True)
def noting(
    run_plaza: Run,  # noqa: ARG001  it clears the settings before one is set
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PLAZA_CDN_TAG_HEADER", "cache-tag")


@pytest.mark.parametrize("words", [*EVERYWHERE, ("demo", "load")])
def test_a_database_that_is_away_is_named_with_its_setting(
    run_plaza: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PLAZA_DATABASE_URL", "postgresql://plaza_owner@127.0.0.1:1/plaza")
    done = run_plaza(*words)
    assert done.code == 1
    assert done.stderr.startswith("plaza: PLAZA_DATABASE_URL (postgresql://127.0.0.1:1/plaza)")


@pytest.mark.parametrize("words", [*EVERYWHERE, *ELSEWHERE])
def test_a_database_that_was_never_migrated_is_to_be_migrated(
    run_plaza: Run,
    monkeypatch: pytest.MonkeyPatch,
    fresh_settings: Settings,
    words: tuple[str, ...],
) -> None:
    empty = urlsplit(str(fresh_settings.database_url))._replace(path="/postgres").geturl()
    monkeypatch.setenv("PLAZA_DATABASE_URL", empty)
    done = run_plaza(*words)
    assert done.code == 2
    assert done.stderr.splitlines()[-1].startswith("plaza: The database has no plaza tables")
