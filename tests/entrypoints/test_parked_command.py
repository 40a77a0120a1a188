"""`plaza projections show`, `retry` and `skip`, as an operator meets them."""

import asyncio
import json
from functools import partial
from uuid import UUID, uuid4

import asyncpg
import pytest

from entrypoints.conftest import Run
from plaza.settings import Settings
from writing.watching import watching

PARK = """
    WITH parked AS (
        INSERT INTO projecting.parked (projection, build, document, key, position, retry_at, error)
        VALUES ('product_page', 1, 'product_page', $1, 7, 'infinity', 'KeyError: name')
        RETURNING *)
    INSERT INTO projecting.held_fact (projection, build, document, key, position)
    SELECT projection, build, document, key, n FROM parked, generate_series(7, 9) AS n
"""

ASKED = """
    SELECT retry_at <= clock_timestamp() AS is_due, skip_upto FROM projecting.parked WHERE key = $1
"""

REASONS = "SELECT actor, command, reason FROM writing.journal WHERE reason IS NOT NULL"


@pytest.fixture
def run(run_plaza: Run) -> Run:
    return partial(run_plaza, "projections")


def asked(settings: Settings, sql: str, *values: object) -> list[asyncpg.Record]:
    async def ask() -> list[asyncpg.Record]:
        async with watching(settings) as database:
            return list(await database.fetch(sql, *values))

    return asyncio.run(ask())


@pytest.fixture
def key(fresh_settings: Settings) -> UUID:
    made = uuid4()
    asked(fresh_settings, PARK, made)
    return made


def test_what_is_parked_is_shown_with_the_reason(run: Run, key: UUID) -> None:
    done = run("show", "product_page")
    assert str(key) in done.stdout
    assert "3 facts from position 7" in done.stdout
    assert "KeyError: name" in done.stdout
    (item,) = json.loads(run("show", "product_page", "--json").stdout)["items"]
    assert (item["key"], item["held_facts"]) == (str(key), 3)
    assert run("show", "category_tree").stdout == "Nothing of it is parked.\n"


def test_retrying_asks_the_follower_to_try_now(
    run: Run, key: UUID, fresh_settings: Settings
) -> None:
    assert run("retry", "product_page").code == 2
    done = run("retry", "product_page", "--key", str(key))
    assert (done.code, done.stdout) == (0, "Trying 1 document again.\n")
    assert asked(fresh_settings, ASKED, key)[0]["is_due"]
    assert run("retry", "product_page", "--all").code == 0


def test_skipping_wants_a_reason_and_is_journalled(
    run: Run, key: UUID, fresh_settings: Settings
) -> None:
    assert run("skip", "product_page", "--key", str(key)).code == 2
    assert run("skip", "product_page", "--key", str(key), "--reason", " ").code == 2
    assert asked(fresh_settings, ASKED, key)[0]["skip_upto"] is None

    done = run("skip", "product_page", "--key", str(key), "--reason", "Told twice")

    assert (done.code, done.stdout) == (0, f"Leaving out 3 facts of product_page {key}.\n")
    assert asked(fresh_settings, ASKED, key)[0]["skip_upto"] == 9
    (entry,) = asked(fresh_settings, REASONS)
    assert tuple(entry) == ("system:projections", "SkipParked", "Told twice")


def test_what_is_not_there_is_a_sentence(run: Run) -> None:
    for words in (("retry", "weather", "--all"), ("skip", "weather", "--key", str(uuid4()))):
        done = run(*words, *(("--reason", "x") if words[0] == "skip" else ()))
        assert done.code == 1
        assert "plaza projections list" in done.stderr
