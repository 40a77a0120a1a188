"""What a read model says of the write side that it shows."""

from collections.abc import Iterable, Mapping

import msgspec


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """Columns of the write side, by their tables.

    A command that changes one of them moves the read model; one that changes none does not. The
    tests try each by a command, and find what nobody declares.

    Attributes:
        shown: those whose values readers see.
        followed: those that decide what readers see, or that are added up.
    """

    shown: Mapping[str, tuple[str, ...]]
    followed: Mapping[str, tuple[str, ...]] = {}

    def columns(self) -> set[str]:
        """All of them, each with its table."""
        return {*_named(self.shown), *_named(self.followed)}

    def shown_columns(self) -> set[str]:
        return {*_named(self.shown)}


def _named(columns: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    return (f"{table}.{column}" for table, names in columns.items() for column in names)
