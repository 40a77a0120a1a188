"""Whether a value fits a JSON Schema: the part of the language that the document uses."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
FORMATS: dict[str, Callable[[str], object]] = {"uuid": UUID, "date-time": datetime.fromisoformat}
KNOWN_WORDS = {
    *("type", "title", "description", "default", "$ref", "anyOf", "enum", "const", "format"),
    *("properties", "required", "additionalProperties", "propertyNames", "items"),
    *("minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems"),
    "maxProperties",
}


def misfits(value: Any, schema: Any, document: dict[str, Any], where: str = "") -> Iterator[str]:
    """Where the value does not fit, or holds more than the schema tells."""
    assert schema.keys() <= KNOWN_WORDS, schema.keys() - KNOWN_WORDS
    if "$ref" in schema:
        yield from misfits(value, followed(schema["$ref"], document), document, where)
    elif "anyOf" in schema:
        if all(list(misfits(value, choice, document)) for choice in schema["anyOf"]):
            yield f"{where}: {value!r} is none of {schema['anyOf']}"
    elif not _has_type(value, schema.get("type")):
        yield f"{where}: {value!r} is no {schema['type']}"
    elif isinstance(value, dict):
        yield from _misfits_in_object(value, schema, document, where)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from misfits(item, schema["items"], document, f"{where}/{index}")
    else:
        yield from _misfit_of_plain(value, schema, where)


def followed(reference: str, document: dict[str, Any]) -> dict[str, Any]:
    """What a reference within the document leads to."""
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    told: dict[str, Any] = found
    return told


def _has_type(value: Any, named: str | None) -> bool:
    if named is None:
        return True
    return isinstance(value, TYPES[named]) and (named == "boolean") == isinstance(value, bool)


def _misfits_in_object(
    value: dict[str, Any], schema: Any, document: dict[str, Any], where: str
) -> Iterator[str]:
    properties = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in value:
            yield f"{where}/{name} is missing"
    for name, member in value.items():
        told = properties.get(name, schema.get("additionalProperties"))
        if not told:
            yield f"{where}/{name} is not told"
        elif told is not True:
            yield from misfits(member, told, document, f"{where}/{name}")


def _misfit_of_plain(value: Any, schema: Any, where: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {schema['enum']}"
    if "const" in schema and value != schema["const"]:
        yield f"{where}: {value!r} is not {schema['const']!r}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{where}: {value!r} does not match {schema['pattern']}"
    if value is not None and not schema.get("minimum", value) <= value <= schema.get(
        "maximum", value
    ):
        yield f"{where}: {value!r} is out of bounds"
    if "format" in schema:
        FORMATS[schema["format"]](value)
