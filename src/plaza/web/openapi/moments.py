"""Which texts of the document are moments.

msgspec gives the format only where its decoder demands an offset from UTC, and so to what is taken
but not to what is answered.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import inspect

MOMENT = {"type": "string", "format": "date-time"}


def tell_moments(types: Iterable[Any], schemas: Iterable[Any], components: dict[str, Any]) -> None:
    """Give their format to all moments in the schemas of the types, and in their components."""
    wanted = inspect.multi_type_info(types)
    for kind, schema in zip(wanted, schemas, strict=True):
        if any(isinstance(part, inspect.DateTimeType) for part in _parts(kind)):
            _tell(schema)
    for struct in _structs(wanted):
        properties = components[struct.cls.__name__]["properties"]
        for field in struct.fields:
            if any(isinstance(part, inspect.DateTimeType) for part in _parts(field.type)):
                _tell(properties[field.encode_name])


def _structs(wanted: Iterable[inspect.Type]) -> Iterator[inspect.StructType]:
    """Each struct that is in them, once."""
    seen: dict[type[Any], inspect.StructType] = {}
    waiting = list(wanted)
    while waiting:
        for part in _parts(waiting.pop()):
            if isinstance(part, inspect.StructType) and part.cls not in seen:
                seen[part.cls] = part
                waiting.extend(field.type for field in part.fields)
    yield from seen.values()


def _parts(wanted: inspect.Type) -> Iterator[inspect.Type]:
    """The type and those that it is made of; what is in a struct is the struct's."""
    yield wanted
    inside: tuple[inspect.Type, ...] = ()
    if isinstance(wanted, inspect.Metadata):
        inside = (wanted.type,)
    elif isinstance(wanted, inspect.UnionType):
        inside = wanted.types
    elif isinstance(wanted, inspect.CollectionType):
        inside = (wanted.item_type,)
    elif isinstance(wanted, inspect.DictType):
        inside = (wanted.value_type,)
    for part in inside:
        yield from _parts(part)


def _tell(schema: dict[str, Any]) -> None:
    if schema.get("type") == MOMENT["type"] and not {"format", "enum"} & schema.keys():
        schema.update(MOMENT)
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            _tell(schema[name])
    for choice in schema.get("anyOf", ()):
        _tell(choice)
