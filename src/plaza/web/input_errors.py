"""Everything that is wrong with an input, where the decoder stops at the first thing."""

import re
from collections.abc import Iterator
from itertools import islice
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from plaza.kernel.problem import InputError
from plaza.web.input_wording import worded

ERRORS_MAX = 50
ITEMS_LOOKED_AT_MAX = 200

PATH_STEP = re.compile(r"\.([A-Za-z_][A-Za-z_0-9]*)|\[(\d+|\.\.\.)\]")
FIELD_NAMED = re.compile(r"(unknown|required) field `([^`]*)`")


def first_error(message: str, prefix: str = "", wanted: Any = None) -> InputError:
    """What msgspec says, its path turned into a JSON pointer (RFC 6901).

    Args:
        message: as it is raised.
        prefix: the pointer to the value that was looked at.
        wanted: the type of what stands there, where it is known.
    """
    detail, _, path = message.partition(" - at `")
    pointer = prefix + "".join(f"/{name or index}" for name, index in PATH_STEP.findall(path))
    named = FIELD_NAMED.search(detail)
    if named is None:
        return InputError(pointer=pointer, code="invalid", detail=worded(detail, wanted))
    if named[1] == "unknown":
        return _unknown(pointer, named[2])
    return _missing(pointer, named[2])


def input_errors(value: Any, wanted: Any) -> list[InputError]:
    """What is wrong with a value of plain types, field by field and item by item.

    Args:
        value: what json.loads gives.
        wanted: the type that it should be acceptable as.
    """
    return list(islice(_errors(value, wanted, ""), ERRORS_MAX))


def _errors(value: Any, wanted: Any, pointer: str) -> Iterator[InputError]:
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        found = False
        for inner in _errors_inside(value, _plain(wanted), pointer):
            found = True
            yield inner
        if not found:
            yield first_error(str(error), pointer, wanted)


def _errors_inside(value: Any, wanted: Any, pointer: str) -> Iterator[InputError]:
    """Errors of the parts, where the value has the form that is wanted."""
    arguments = get_args(wanted)
    if isinstance(value, dict) and isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        yield from _errors_of_fields(value, wanted, pointer)
    elif isinstance(value, dict) and get_origin(wanted) is dict:
        for name, member in islice(value.items(), ITEMS_LOOKED_AT_MAX):
            yield from _errors(name, arguments[0], _below(pointer, name))
            yield from _errors(member, arguments[1], _below(pointer, name))
    elif isinstance(value, list) and get_origin(wanted) is list:
        for index, item in enumerate(islice(value, ITEMS_LOOKED_AT_MAX)):
            yield from _errors(item, arguments[0], f"{pointer}/{index}")


def _errors_of_fields(
    value: dict[str, Any], wanted: type[msgspec.Struct], pointer: str
) -> Iterator[InputError]:
    types = get_type_hints(wanted, include_extras=True)
    fields = {field.encode_name: field for field in msgspec.structs.fields(wanted)}
    if wanted.__struct_config__.forbid_unknown_fields:
        for name in value:
            if name not in fields:
                yield _unknown(pointer, name)
    for name, field in fields.items():
        if name in value:
            yield from _errors(value[name], types[field.name], _below(pointer, name))
        elif field.required:
            yield _missing(pointer, name)


def _plain(wanted: Any) -> Any:
    """The type without its bounds, and without the None or UNSET that it may be instead."""
    while get_origin(wanted) in {Annotated, Union, UnionType}:
        choices = [
            choice
            for choice in get_args(wanted)
            if choice is not NoneType and choice is not msgspec.UnsetType
        ]
        if get_origin(wanted) is not Annotated and len(choices) > 1:
            break
        wanted = choices[0]
    return wanted


def _unknown(pointer: str, name: str) -> InputError:
    return InputError(
        pointer=_below(pointer, name), code="unknown_field", detail="This field is not known"
    )


def _missing(pointer: str, name: str) -> InputError:
    return InputError(pointer=_below(pointer, name), code="missing", detail="This field is missing")


def _below(pointer: str, name: str) -> str:
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
