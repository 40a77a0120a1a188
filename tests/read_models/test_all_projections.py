"""What holds for every read model, those that are yet to be written too."""

from random import Random
from typing import Any, get_args, get_type_hints

import asyncpg
import pytest

from plaza.bootstrap import PROJECTIONS
from plaza.kernel.event import Fact
from plaza.projecting.building import table_name
from plaza.projecting.projection import Document, Projection
from read_models.chatter import Chatter
from read_models.given import Given, given
from read_models.replay import BUILD, replayed

DOCUMENTS = [
    (projection, document) for projection in PROJECTIONS for document in projection.documents
]
FACTS = 400
CHATTER_SEED = 7

COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""

every_projection = pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda p: p.name)
every_document = pytest.mark.parametrize(
    ("projection", "document"), DOCUMENTS, ids=lambda given: getattr(given, "table", "")
)


def a_story(projection: Projection) -> Given:
    random = Random(CHATTER_SEED)  # noqa: S311  no secret
    return given(*Chatter(random, projection).tells(FACTS))


def batches_of(facts: list[Fact], random: Random) -> list[list[Fact]]:
    """The facts in batches of any size; some batches come twice."""
    batches = []
    while facts:
        size = random.choice((1, 2, 7, 50, 120))
        batches += [facts[:size]] * random.choice((1, 1, 2))
        facts = facts[size:]
    return batches


@every_document
def test_every_event_carries_the_key_of_the_documents_that_it_changes(
    projection: Projection, document: Document[Any]
) -> None:
    without = [e.type() for e in document.on if document.key not in e.__struct_fields__]
    assert without == [], projection.name


@every_document
async def test_a_tables_columns_are_the_fields_of_its_rows(
    projection: Projection, document: Document[Any], connection: asyncpg.Connection
) -> None:
    (row,) = get_args(get_type_hints(document.rows)["return"])
    columns = await connection.fetch(COLUMNS, table_name(projection, document.table, BUILD))
    assert {column["attname"] for column in columns} == set(row.__struct_fields__)
    assert {document.key, *document.identity} <= set(row.__struct_fields__)


@every_document
async def test_key_and_identity_are_the_primary_key(
    projection: Projection, document: Document[Any], connection: asyncpg.Connection
) -> None:
    names = await connection.fetchval(
        """
        SELECT array_agg(a.attname) FROM pg_index i
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
        WHERE i.indrelid = $1::text::regclass AND i.indisprimary
        """,
        table_name(projection, document.table, BUILD),
    )
    assert set(names) == {document.key, *document.identity}


@every_projection
async def test_delivering_twice_equals_delivering_once(
    projection: Projection, connection: asyncpg.Connection
) -> None:
    facts = a_story(projection).told(projection)
    once = await replayed(connection, projection, facts)
    assert await replayed(connection, projection, facts, facts) == once
    assert await replayed(connection, projection, [f for f in facts for _ in range(2)]) == once


@every_projection
@pytest.mark.parametrize("seed", range(3))
async def test_what_is_projected_batch_by_batch_equals_one_whole_replay(
    projection: Projection, seed: int, connection: asyncpg.Connection
) -> None:
    random = Random(seed)  # noqa: S311  no secret
    facts = given(*Chatter(random, projection).tells(FACTS)).told(projection)
    whole = await replayed(connection, projection, facts)
    assert any(whole.values())
    assert await replayed(connection, projection, *batches_of(facts, random)) == whole


@every_projection
def test_the_same_facts_show_the_same_rows(projection: Projection) -> None:
    story = a_story(projection)
    assert story.shows(projection) == story.shows(projection)


@every_projection
async def test_the_rows_in_the_tables_are_those_that_the_documents_give(
    projection: Projection, connection: asyncpg.Connection
) -> None:
    story = a_story(projection)
    written = await replayed(connection, projection, story.told(projection))
    shown = story.shows(projection)
    assert {t: len(rows) for t, rows in written.items()} == {t: len(r) for t, r in shown.items()}
