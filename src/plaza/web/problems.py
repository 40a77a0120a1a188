"""Every refusal and every failure as a problem document (RFC 9457)."""

from http import HTTPStatus
from typing import Any

import asyncpg
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.params import ParameterKwarg, QueryParameter
from litestar.types import ExceptionHandlersMap

from plaza.kernel.problem import MEDIA_TYPE, InputError, problem_bytes
from plaza.kernel.refusals import NotThere, Refusal, Unavailable
from plaza.web.input_wording import worded
from plaza.web.rate_limits.refusal import RateLimited
from plaza.web.strict_json import InvalidInput, MalformedJson
from plaza.web.tracing import trace_id_in

log = structlog.get_logger()

BY_STATUS = {
    400: ("malformed", "The request cannot be read"),
    401: ("not_authenticated", "Authentication is needed"),
    403: ("forbidden", "Not allowed"),
    404: ("not_found", "Not found"),
    405: ("method_not_allowed", "This resource has no such method"),
    406: ("not_acceptable", "No representation that you accept"),
    413: ("body_too_large", "The body is too large"),
    415: ("unsupported_media_type", "The body must be JSON"),
}
"""The codes and titles of what Litestar refuses by itself."""

BODY_UNREAD = frozenset({408, 413})
"""After these, the rest of a body would be read as the next request: the connection is closed."""


class InternalFailure(Refusal):
    status = 500
    code = "internal"
    title = "Something went wrong on our side"


class DatabaseAway(Unavailable):
    code = "database_unavailable"
    title = "The database cannot be reached"


def refusal_response(request: Request[Any, Any, Any], refusal: Refusal) -> Response[bytes]:
    """The problem document of a refusal."""
    # Some statuses may be kept by whoever passes them on, unless that is forbidden.
    headers = {"cache-control": "no-store"}
    if isinstance(refusal, Unavailable | RateLimited):
        headers["retry-after"] = str(refusal.retry_after_s)
    if refusal.status in BODY_UNREAD:
        headers["connection"] = "close"
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    return Response(
        problem_bytes(refusal, trace_id_in(request.scope)),
        status_code=refusal.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def on_validation(request: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    """Parameters that do not fit; a path that does not fit is just not there."""
    found: list[Any] = error.extra if isinstance(error.extra, list) else []
    if any(_source(entry) == "path" for entry in found):
        return refusal_response(request, NotThere())
    if any(_source(entry) == "body" for entry in found):
        # Litestar decodes no empty body, so that the request's own decoder is not asked.
        return refusal_response(request, MalformedJson("The body is empty; JSON is needed."))
    errors = [_parameter_error(request, entry) for entry in found] or _missing_parameters(request)
    detail = "; ".join(f"{e.pointer}: {e.detail}" for e in errors) or str(error.detail)
    return refusal_response(request, InvalidInput(detail, errors=errors))


def _parameter_error(request: Request[Any, Any, Any], entry: dict[str, Any]) -> InputError:
    """Litestar names the argument, which is not always what the parameter is called."""
    key, said = entry.get("key", ""), entry.get("message", "")
    field = request.route_handler.parsed_fn_signature.parameters.get(key)
    told = None if field is None else field.kwarg_definition
    if field is None or not isinstance(told, ParameterKwarg):
        return InputError(f"/{_source(entry)}/{key}", "invalid", said)
    detail = worded(said, field.annotation, told.description)
    return InputError(f"/{_source(entry)}/{told.name or key}", "invalid", detail)


def _missing_parameters(request: Request[Any, Any, Any]) -> list[InputError]:
    """Litestar stops at the first one, and tells it in its sentence only."""
    fields = request.route_handler.parsed_fn_signature.parameters.values()
    wanted = [
        field.kwarg_definition.name or field.name
        for field in fields
        if isinstance(field.kwarg_definition, QueryParameter) and field.is_required
    ]
    return [
        InputError(f"/query/{name}", "missing", "This parameter is missing")
        for name in wanted
        if name not in request.query_params
    ]


def _source(entry: dict[str, Any]) -> str:
    """Where a parameter stands: path, query, header or cookie."""
    return str(getattr(entry.get("source"), "value", entry.get("source", "query")))


def on_http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """What Litestar itself refuses."""
    if isinstance(error.__cause__, Refusal):
        return refusal_response(request, error.__cause__)
    if error.status_code not in BY_STATUS:
        return on_failure(request, error)
    if error.status_code == NotThere.status:
        return refusal_response(request, NotThere())
    code, title = BY_STATUS[error.status_code]
    kind = type("Told", (Refusal,), {"status": error.status_code, "code": code, "title": title})
    response = refusal_response(request, kind(str(error.detail)))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def on_refusal(request: Request[Any, Any, Any], refusal: Refusal) -> Response[bytes]:
    return refusal_response(request, refusal)


def on_database_away(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """A read that found no database; commands are refused by their runner."""
    log.warning("database_away", error=repr(error))
    return refusal_response(request, DatabaseAway("Try again in a moment."))


def on_failure(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """A bug: logged whole, told in one sentence."""
    log.error("request_failed", trace_id=trace_id_in(request.scope), exc_info=error)
    return refusal_response(request, InternalFailure("The failure was logged with this trace_id."))


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    Refusal: on_refusal,
    ValidationException: on_validation,
    HTTPException: on_http_exception,
    asyncpg.PostgresConnectionError: on_database_away,
    asyncpg.InterfaceError: on_database_away,
    # What asyncpg says of a connection that was lost in the midst of a statement.
    asyncpg.InternalClientError: on_database_away,
    asyncpg.CannotConnectNowError: on_database_away,
    asyncpg.AdminShutdownError: on_database_away,
    asyncpg.CrashShutdownError: on_database_away,
    asyncpg.QueryCanceledError: on_database_away,
    # No connection, memory or disk is left to it.
    asyncpg.InsufficientResourcesError: on_database_away,
    OSError: on_database_away,
    Exception: on_failure,
}
