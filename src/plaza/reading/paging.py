"""A page of a list: behind which row it begins, and how many rows it shows."""

from collections.abc import Callable
from typing import Any, TypeVar, get_args

import msgspec

from plaza.reading.cursor import Cursors

T = TypeVar("T")


class Paging(msgspec.Struct, frozen=True):
    """What a reader asks for: `limit` items behind the cursor, if there is one."""

    cursors: Cursors
    limit: int
    cursor: str | None

    @property
    def rows(self) -> int:
        """How many rows to fetch: one more than is shown tells whether there is a further page."""
        return self.limit + 1

    def behind(self, question: str, types: type) -> tuple[Any, ...]:
        """The sort values of the last row of the page before; None for each on the first page.

        Args:
            question: what is asked, with everything that narrows it.
            types: a tuple type of the sort values.

        Raises:
            InvalidCursor: not one of this question.
        """
        if self.cursor is None:
            return (None,) * len(get_args(types))
        found: tuple[Any, ...] = self.cursors.read(question, self.cursor, types)
        return found

    def cut(
        self, question: str, items: list[T], place: Callable[[T], list[Any]]
    ) -> tuple[list[T], str | None]:
        """The items to show, and the cursor of the next page.

        Args:
            question: as it was given to `behind`.
            items: all that were fetched.
            place: the sort values of an item.
        """
        shown = items[: self.limit]
        if len(items) <= self.limit:
            return shown, None
        return shown, self.cursors.write(question, place(shown[-1]))
