"""JSON Schema of the types that bodies are decoded from and encoded to."""

from collections.abc import Iterable
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from litestar.params import ParameterKwarg

from plaza.web.openapi.moments import tell_moments

REFERENCE = "#/components/schemas/{name}"


def schemas_of(types: Iterable[Any]) -> tuple[dict[Any, Any], dict[str, Any]]:
    """Schemas by type, and the components that they refer to."""
    wanted = list(dict.fromkeys(types))
    schemas, components = msgspec.json.schema_components(wanted, ref_template=REFERENCE)
    tell_moments(wanted, schemas, components)
    told = [_told(schema) for schema in schemas]
    return dict(zip(wanted, told, strict=True)), _told(components)


def without_none(wanted: Any) -> Any:
    """The type of what is there, if anything is."""
    if get_origin(wanted) not in {Union, UnionType}:
        return wanted
    return Union[tuple(choice for choice in get_args(wanted) if choice is not NoneType)]  # noqa: UP007


def parameter_type(annotation: Any, told: ParameterKwarg) -> Any:
    """The type of a parameter with its bounds, as msgspec writes them."""
    bounds = {
        name: getattr(told, name)
        for name in ("gt", "ge", "lt", "le", "min_length", "max_length", "pattern")
        if getattr(told, name) is not None
    }
    wanted = without_none(annotation)
    return Annotated[wanted, msgspec.Meta(**bounds)] if bounds else wanted


def _told(schema: Any) -> Any:
    """The schema with its patterns as ECMA-262 writes them, whose end of text is `$`."""
    if isinstance(schema, list):
        return [_told(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: part.replace(r"\Z", "$")
        if name == "pattern" and isinstance(part, str)
        else _told(part)
        for name, part in schema.items()
    }
