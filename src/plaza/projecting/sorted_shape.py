"""What a read model says of the sorted sets that Redis keeps of it."""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

import asyncpg
import msgspec


class Face(msgspec.Struct, frozen=True):
    """What is shown of a document: that of the first of its sellers that may be shown.

    Attributes:
        sellers: ids of vendors.
        shown: JSON texts, one a seller, or one for all of them.
    """

    sellers: list[str]
    shown: list[str]


class Kept(msgspec.Struct):
    """One document as Redis keeps it.

    Attributes:
        faces: by whatever the reader asks for, a currency for instance.
        entries: where it stands: set, member and score. A member ends with the document's id.
    """

    faces: dict[str, Face] = {}
    entries: list[tuple[str, str, int]] = []


class SortedShape(msgspec.Struct, frozen=True, kw_only=True):
    """A read model's sorted sets, which are made of its tables and nothing else.

    Attributes:
        documents_tag: how the tags of changed documents begin; their ids follow.
        vendors_tag: how those of changed vendors begin.
        rebuilt_on: a tag after which everything is sorted anew.
        kept: SQL for the rows of the documents `$1`.
        kept_of: makes documents of these rows.
        next_ids: SQL for the ids behind `$1`, `$2` at most.
        vendors: SQL for the vendors `$1`, or all, and whether they are listed.
        names: SQL for slugs and ids that readers name sets by.
    """

    projection: str
    documents_tag: str
    vendors_tag: str
    rebuilt_on: str | None = None
    kept: str
    kept_of: Callable[[Iterable[asyncpg.Record]], Mapping[UUID, Kept]]
    next_ids: str
    vendors: str
    names: str | None = None
