"""What JSON is accepted as a body, and where exactly it is wrong."""

import json
import re
from typing import Any, NoReturn, TypeVar

import msgspec

from plaza.kernel.problem import InputError
from plaza.kernel.refusals import Malformed

DEPTH_MAX = 32
INTEGER_DIGITS_MAX = 30

BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)
PATH_STEP = re.compile(r"\.([A-Za-z_][A-Za-z_0-9]*)|\[(\d+|\.\.\.)\]")
FIELD_NAMED = re.compile(r"(unknown|required) field `([^`]*)`")

T = TypeVar("T")


class MalformedJson(Malformed):
    code = "malformed_json"
    title = "The body is not acceptable JSON"


class UnknownField(Malformed):
    code = "unknown_field"
    title = "The body has a field that this operation does not know"


class InvalidInput(Malformed):
    code = "invalid_input"
    title = "The input does not fit this operation"


def decode_strictly(raw: bytes, wanted: type[T]) -> T:
    """Decode a body.

    Raises:
        MalformedJson: it is no JSON, or JSON that two readers would understand differently.
        UnknownField: a field that is not known.
        InvalidInput: something is missing, of another type or out of bounds.
    """
    _refuse_depth(raw)
    _refuse_ambiguity(raw)
    try:
        return msgspec.json.decode(raw, type=wanted)
    except msgspec.ValidationError as error:
        refuse_invalid(str(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise MalformedJson(str(error)) from error


def refuse_invalid(message: str, prefix: str = "") -> NoReturn:
    """Refuse with what msgspec says, its path turned into a JSON pointer."""
    detail, _, path = message.partition(" - at `")
    pointer = prefix + "".join(f"/{name or index}" for name, index in PATH_STEP.findall(path))
    named = FIELD_NAMED.search(detail)
    code = "invalid"
    if named is not None:
        pointer += f"/{named[2]}"
        code = "unknown_field" if named[1] == "unknown" else "missing"
    error = InputError(pointer=pointer, code=code, detail=detail)
    kind = UnknownField if code == "unknown_field" else InvalidInput
    raise kind(f"{pointer or 'The body'}: {detail}.", errors=[error])


def _refuse_depth(raw: bytes) -> None:
    # Fewer brackets than the limit cannot be nested deeper than the limit.
    if raw.count(b"[") + raw.count(b"{") <= DEPTH_MAX:
        return
    depth = 0
    for match in BRACKETS.finditer(raw):
        if match[0] in b"[{":
            depth += 1
            if depth > DEPTH_MAX:
                raise MalformedJson(f"The body is nested deeper than {DEPTH_MAX} levels.")
        elif match[0] in b"]}":
            depth -= 1


def _refuse_ambiguity(raw: bytes) -> None:
    """Refuse duplicate names, NUL and lone surrogates, wherever they stand."""
    try:
        text = raw.decode("utf-8")
        parsed = json.loads(
            text, object_pairs_hook=_object, parse_constant=_refuse_constant, parse_int=_integer
        )
    except UnicodeDecodeError as error:
        raise MalformedJson("The body is not UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise MalformedJson(f"The body is not JSON: {error}.") from error
    # Only an escape can bring in what the encoding itself refuses.
    if "\\u" in text:
        _refuse_unstorable(parsed)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedJson(f"The name {twice!r} stands twice in one object.")
    return members


def _integer(digits: str) -> int:
    if len(digits) > INTEGER_DIGITS_MAX:
        raise MalformedJson("An integer is too long.")
    return int(digits)


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedJson(f"{name} is not JSON.")


def _refuse_unstorable(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise MalformedJson("A text holds the character NUL, which cannot be stored.")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise MalformedJson("A text holds half a surrogate pair.")
    elif isinstance(value, dict):
        for name, member in value.items():
            _refuse_unstorable(name)
            _refuse_unstorable(member)
    elif isinstance(value, list):
        for member in value:
            _refuse_unstorable(member)
