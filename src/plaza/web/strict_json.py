"""What JSON is accepted as a body."""

import json
from typing import Any, NoReturn, TypeVar

import msgspec

from plaza.kernel.refusals import Malformed
from plaza.web.input_errors import first_error, input_errors

DEPTH_MAX = 32
INTEGER_DIGITS_MAX = 30
LOOKED_AT_SIZE_MAX = 200_000
"""A larger body that is wrong in one place is not looked at any further."""

ALL_BUT_STRUCTURE = bytes(set(range(256)) - set(b'"[]{}'))
ONE_KIND = bytes.maketrans(b"{}", b"[]")

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

    The decoder of the wanted type goes first, because it stops at the first thing that is wrong,
    however large the rest is.

    Raises:
        MalformedJson: it is no JSON, or JSON that two readers would understand differently.
        UnknownField: a field that is not known.
        InvalidInput: something is missing, of another type or out of bounds.
    """
    try:
        decoded = msgspec.json.decode(raw, type=wanted)
    except msgspec.ValidationError as error:
        _refuse_invalid(raw, wanted, error)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise MalformedJson(f"The body is not JSON: {error}.") from error
    _parsed_unambiguously(raw)
    return decoded


def _refuse_invalid(raw: bytes, wanted: Any, first: msgspec.ValidationError) -> NoReturn:
    """Refuse with as many errors as can be found."""
    errors = [first_error(str(first))]
    if len(raw) <= LOOKED_AT_SIZE_MAX:
        errors = input_errors(_parsed_unambiguously(raw), wanted) or errors
    unknown = any(error.code == "unknown_field" for error in errors)
    detail = "; ".join(f"{error.pointer or 'the body'}: {error.detail}" for error in errors)
    raise (UnknownField if unknown else InvalidInput)(detail, errors=errors) from first


def _refuse_depth(raw: bytes) -> None:
    # Fewer brackets than the limit cannot be nested deeper than the limit.
    if raw.count(b"[") + raw.count(b"{") <= DEPTH_MAX:
        return
    unescaped = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    outside_strings = unescaped.translate(ONE_KIND, ALL_BUT_STRUCTURE).split(b'"')[::2]
    brackets = b"".join(outside_strings)
    # Each round takes the innermost level away, at the speed of memory.
    for _ in range(DEPTH_MAX):
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        message = (
            f"The body is nested deeper than {DEPTH_MAX} levels, or its brackets do not match."
        )
        raise MalformedJson(message)


def _parsed_unambiguously(raw: bytes) -> Any:
    """The body as plain values; refuses depth, duplicate names, NUL and lone surrogates."""
    _refuse_depth(raw)
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
    return parsed


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise MalformedJson(f"The name {name!r} stands twice in one object.")
        members[name] = value
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
