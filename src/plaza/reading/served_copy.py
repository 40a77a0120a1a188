"""What is kept of a public read: the question's name, and how it is answered anew."""

from collections.abc import Awaitable, Callable

import asyncpg
import msgspec

from plaza.reading.cursor import Cursors
from plaza.reading.entry import Rendered


class ServedCopy(msgspec.Struct, frozen=True):
    """One question, whose answer is the same for everybody.

    Attributes:
        projection: the read model that answers it.
        key: names the question, and nothing else does; begins with the projection's name and the
            version of its documents, so that an older plaza's copies are not taken for these.
        fill: asks PostgreSQL.
    """

    projection: str
    key: str
    fill: Callable[[asyncpg.Pool], Awaitable[Rendered]]


Asked = Callable[[str, Cursors], ServedCopy | None]
"""The question that a key of one read model names; None where it is not worth asking again."""
