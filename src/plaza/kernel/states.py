"""Closed tables of states: which moves there are."""

from collections.abc import Mapping
from typing import TypeVar

from plaza.kernel.refusals import IllegalTransition

S = TypeVar("S", bound=str)


def moved(noun: str, table: Mapping[S, tuple[S, ...]], current: S, wanted: S) -> S:
    """The wanted state.

    Raises:
        IllegalTransition: the table has no such move.
    """
    allowed = table[current]
    if wanted not in allowed:
        raise IllegalTransition(noun, current, wanted, list(allowed))
    return wanted
