"""The SQL of one document's table in one build.

What is written is the same whether a statement does only that, or a whole batch: the parameters
then begin elsewhere, and there is a condition on it.
"""

from typing import Any

from plaza.projecting.projection import Document

Columns = list[tuple[str, str]]
"""Names and types, as the table has them."""


class TableStatements:
    """Makes the statements.

    Attributes:
        columns: what a row that is shown is made of, in this order.
        identity: the columns that tell rows apart.
        load: what is remembered of documents.
        tagged: what the tags of a document's rows are made of.
        clear: deletes all rows of documents.
        forget: deletes what is remembered of documents.
        returned: what is returned of a row that changes; nothing where no answers of it are kept.
    """

    def __init__(self, document: Document[Any], table: str, parts: str, columns: Columns) -> None:
        key = document.key
        self._table, self._parts, self._key = table, parts, key
        self._kinds = dict(columns)
        self.columns = [name for name, _ in columns]
        self.identity = (key, *document.identity)
        told = [] if document.is_told_once else self.columns
        self._changes = [name for name in told if name not in self.identity]
        before = _told_before(document)
        self.returned = () if document.tags is None else ("key", "was_there", *before)
        self._returning = _returning(key, before) if self.returned else ""
        self.load = f"SELECT key, remembered FROM {parts} WHERE key = ANY ($1::uuid[])"
        tagged_by = ", ".join(document.tagged_by) or key
        self.tagged = f"SELECT {tagged_by} FROM {table} WHERE {key} = $1"
        self.clear = f"DELETE FROM {table} t WHERE {key} = ANY ($1::uuid[]){self._returning}"
        self.forget = f"DELETE FROM {parts} WHERE key = ANY ($1::uuid[])"

    def remember(self, first: int, condition: str = "") -> str:
        """Store what is remembered of documents: takes their keys, and that as bytes."""
        return (
            f"INSERT INTO {self._parts} (key, remembered) "
            f"SELECT * FROM unnest(${first}::uuid[], ${first + 1}::bytea[]){_where(condition)} "
            "ON CONFLICT (key) DO UPDATE SET remembered = excluded.remembered"
        )

    def show(self, first: int, condition: str = "") -> str:
        """Insert rows or change them, where they differ: takes an array for each column."""
        return (
            f"INSERT INTO {self._table} AS t ({', '.join(self.columns)}) "
            f"SELECT * FROM unnest({self._arrays(self.columns, first)}){_where(condition)} "
            f"ON CONFLICT ({', '.join(self.identity)}) {self._replacing()}{self._returning}"
        )

    def hide(self, keys: int, kept: int, condition: str = "") -> str:
        """Delete the rows of documents that are not among those that stay.

        Args:
            keys: the number of the parameter with the documents' keys.
            kept: the number of the first parameter with what the rows that stay are told apart by.
            condition: what must hold for it.
        """
        arrays = self._arrays(self.identity, kept)
        return self._hide(keys, arrays, self._returning, condition)

    def hide_unshown(self, keys: int, shown: int, condition: str) -> str:
        """The same, where the rows that stay are parameters of the same statement, from `shown`.

        It always returns a row for each that it deletes.
        """
        places = [shown + self.columns.index(name) for name in self.identity]
        pairs = zip(places, self.identity, strict=True)
        arrays = ", ".join(f"${place}::{self._kinds[name]}[]" for place, name in pairs)
        returning = self._returning or f" RETURNING t.{self._key}"
        return self._hide(keys, arrays, returning, condition)

    def _hide(self, keys: int, arrays: str, returning: str, condition: str) -> str:
        same = " AND ".join(f"k.{name} = t.{name}" for name in self.identity)
        return (
            f"DELETE FROM {self._table} t WHERE {self._key} = ANY (${keys}::uuid[])"
            f"{' AND ' if condition else ''}{condition} AND NOT EXISTS ("
            f"SELECT FROM unnest({arrays}) AS k ({', '.join(self.identity)}) WHERE {same})"
            f"{returning}"
        )

    def _arrays(self, names: list[str] | tuple[str, ...], first: int) -> str:
        return ", ".join(f"${n}::{self._kinds[name]}[]" for n, name in enumerate(names, first))

    def _replacing(self) -> str:
        """What becomes of a row that is there; one that is nothing but its key stays."""
        if not self._changes:
            return "DO NOTHING"
        changes = ", ".join(f"{name} = excluded.{name}" for name in self._changes)
        return f"DO UPDATE SET {changes} WHERE t.* IS DISTINCT FROM excluded.*"


def _where(condition: str) -> str:
    return f" WHERE {condition}" if condition else ""


def _told_before(document: Document[Any]) -> list[str]:
    """The columns to be told as they were, each once."""
    identity = document.identity if document.placed_by else ()
    return list(dict.fromkeys((*document.tagged_by, *identity, *document.placed_by)))


def _returning(key: str, before: list[str]) -> str:
    """What a row was, for its tags; nothing, where it is new."""
    found = f"coalesce(old.{key}, new.{key}) AS key, old.{key} IS NOT NULL AS was_there"
    return f" RETURNING {', '.join([found, *(f'old.{name}' for name in before)])}"
