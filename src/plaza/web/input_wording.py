"""What a value that does not fit should have been, in words that need no Python."""

from collections.abc import Iterator
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from msgspec import Meta

NO_CHOICE = "Invalid enum value"
NO_MATCH = " matching regex "
UNDESCRIBED = "This text does not have the form that is wanted"


def worded(said: str, wanted: Any, description: str | None = None) -> str:
    """What msgspec says, with the choices that there are, and without patterns.

    Args:
        said: its message, without the path.
        wanted: the type that the value should have been acceptable as.
        description: of what is wanted, where the type does not hold one.
    """
    if said.startswith(NO_CHOICE):
        choices = ", ".join(_choices(wanted))
        return f"{said}; it can be: {choices}" if choices else said
    if NO_MATCH not in said:
        return said
    description = description or next(_descriptions(wanted), None)
    return f"Expected: {description}" if description else UNDESCRIBED


def _choices(wanted: Any) -> Iterator[str]:
    if get_origin(wanted) is Literal:
        yield from (str(choice) for choice in get_args(wanted))
    elif isinstance(wanted, type) and issubclass(wanted, Enum):
        yield from (str(choice.value) for choice in wanted)
    for inner in _inside(wanted):
        yield from _choices(inner)


def _descriptions(wanted: Any) -> Iterator[str]:
    """The outermost first."""
    if get_origin(wanted) is Annotated:
        told = (part for part in reversed(get_args(wanted)[1:]) if isinstance(part, Meta))
        yield from (part.description for part in told if part.description)
    for inner in _inside(wanted):
        yield from _descriptions(inner)


def _inside(wanted: Any) -> tuple[Any, ...]:
    """The types that a bounded type or a choice of types is made of."""
    if get_origin(wanted) is Annotated:
        return get_args(wanted)[:1]
    return get_args(wanted) if get_origin(wanted) in {Union, UnionType} else ()
