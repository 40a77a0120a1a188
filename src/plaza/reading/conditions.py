"""What narrows a question, as SQL with numbered arguments.

A condition that is not asked for is not written: `$1 IS NULL OR …` keeps PostgreSQL from choosing
an index by what is asked.
"""

from typing import Any


class Conditions:
    """WHERE clauses with their numbered arguments."""

    def __init__(self, *arguments: Any) -> None:
        self.arguments: list[Any] = list(arguments)
        self.clauses: list[str] = []

    def add(self, clause: str, *values: Any) -> None:
        """Add a clause whose `{0}`, `{1}` … stand for the values."""
        first = len(self.arguments) + 1
        self.arguments.extend(values)
        places = [f"${first + n}" for n in range(len(values))]
        self.clauses.append(f"AND {clause.format(*places)}")

    def add_if_asked(self, clause: str, value: Any) -> None:
        """Add a clause unless the value is None."""
        if value is not None:
            self.add(clause, value)

    def __str__(self) -> str:
        return " ".join(self.clauses)
