"""Query parameters: unknown ones are refused, tracking ones are not looked at."""

import re
from datetime import UTC, datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin
from urllib.parse import unquote_to_bytes

from litestar import Request
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from plaza.kernel.problem import InputError
from plaza.kernel.refusals import Malformed
from plaza.reading.page import LIMIT_MAX
from plaza.web.strict_json import InvalidInput

Limit = Annotated[int, QueryParameter(ge=1, le=LIMIT_MAX, description="Items of a page, 1 to 100")]
Cursor = Annotated[
    str | None, QueryParameter(description="`next_cursor` of the page before; same question only")
]

TRACKING = frozenset(
    {"gclid", "gbraid", "wbraid", "fbclid", "msclkid", "dclid", "mc_cid", "mc_eid", "_ga", "ref"}
)
TRACKING_PREFIX = "utm_"
WHOLE = re.compile(r"-?[0-9]+")
TAKES_ANY = "takes_any_parameter"
"""What a route's `opt` names where others decide what is in the query."""


class Known(NamedTuple):
    """The query parameters of an operation.

    Attributes:
        names: all of them.
        texts: those of which every text is a value, `null` too.
        numbers: those that are integers: Litestar would also take `5.0` and `1e1`.
    """

    names: frozenset[str]
    texts: frozenset[str]
    numbers: frozenset[str]


class UnknownParameter(Malformed):
    code = "unknown_parameter"
    title = "The query has a parameter that this operation does not know"


class RepeatedParameter(Malformed):
    code = "repeated_parameter"
    title = "A parameter stands in the query twice"


def refuse_unknown_parameters(request: Request[Any, Any, Any]) -> None:
    """Refuse what the operation would not look at.

    Raises:
        UnknownParameter: it has no such parameter.
        RepeatedParameter: two values for one.
        InvalidInput: `null`, which the decoder would take for a parameter left out.
        Malformed: NUL, or what is not UTF-8.
    """
    _refuse_undecodable(request.scope["query_string"])
    known = _known_to(request.route_handler)
    takes_any = request.route_handler.opt.get(TAKES_ANY)
    seen: set[str] = set()
    for name, value in request.query_params.multi_items():
        if name in TRACKING or name.startswith(TRACKING_PREFIX):
            continue
        if name not in known.names:
            if takes_any:
                continue
            error = InputError(f"/query/{name}", "unknown_parameter", "not known here")
            choices = ", ".join(sorted(known.names)) or "none"
            raise UnknownParameter(f"{name!r} is not one of: {choices}.", errors=[error])
        if name in seen:
            raise RepeatedParameter(f"{name!r} may stand in the query once.")
        _refuse_value(name, str(value), known)
        seen.add(name)


def moment_in_utc(moment: datetime | None, parameter: str) -> datetime | None:
    """The moment that a parameter names; Litestar would also hand on one without an offset.

    Raises:
        InvalidInput: it has no offset from UTC, or leaves the calendar there.
    """
    if moment is None:
        return None
    try:
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except OverflowError:
        pass
    error = InputError(f"/query/{parameter}", "invalid", "a moment of RFC 3339 with its offset")
    raise InvalidInput(f"Send {parameter!r} as in 2026-11-21T12:00:00Z.", errors=[error])


def _refuse_undecodable(query: bytes) -> None:
    """Litestar would put a replacement character where the bytes are not UTF-8."""
    try:
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError as error:
        raise Malformed("The query is not UTF-8.") from error


def _refuse_value(name: str, value: str, known: Known) -> None:
    if "\0" in value:
        raise Malformed(f"{name!r} holds the character NUL.")
    if value.lower() == "null" and name not in known.texts:
        error = InputError(f"/query/{name}", "invalid", "null is no value")
        raise InvalidInput(f"Leave {name!r} out where it has no value.", errors=[error])
    if name in known.numbers and not WHOLE.fullmatch(value):
        error = InputError(f"/query/{name}", "invalid", "a whole number")
        raise InvalidInput(f"Send {name!r} as a whole number.", errors=[error])


@cache
def _known_to(handler: BaseRouteHandler) -> Known:
    types = {
        field.kwarg_definition.name or field.name: field.annotation
        for field in handler.parsed_fn_signature.parameters.values()
        if isinstance(field.kwarg_definition, QueryParameter)
    }
    return Known(
        names=frozenset(types),
        texts=frozenset(name for name, kind in types.items() if _takes_text(kind)),
        numbers=frozenset(name for name, kind in types.items() if _takes_integer(kind)),
    )


def _takes_integer(annotation: Any) -> bool:
    return annotation is int or int in get_args(annotation)


def _takes_text(annotation: Any) -> bool:
    choices = (
        get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)
    )
    return any(choice is str or get_args(choice)[:1] == (str,) for choice in choices)
