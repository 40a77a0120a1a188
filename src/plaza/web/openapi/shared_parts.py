"""What many operations have in common, written once in the document."""

from http import HTTPStatus
from typing import Any

from plaza.kernel.problem import MEDIA_TYPE
from plaza.reading.freshness import WAIT_DEFAULT_S, WAIT_MAX_S
from plaza.web.cookies import ACCESS_COOKIE

SECURITY = {
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The `access_token` of logIn or refreshSession, good for ten minutes.",
    },
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "plz_live_…",
        "description": "A vendor's API key; the operation names the scope that it needs.",
    },
    "accessCookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": ACCESS_COOKIE,
        "description": "Set by logIn with `mode: cookie`; not looked at beside Authorization.",
    },
    "csrfToken": {
        "type": "apiKey",
        "in": "header",
        "name": "Plaza-Csrf",
        "description": "The `csrf_token` of logIn, beside the cookie, for what changes something.",
    },
    "cartSecret": {
        "type": "apiKey",
        "in": "header",
        "name": "Plaza-Cart-Secret",
        "description": "The `secret` of createCart, by which a guest opens the cart.",
    },
    "orderSecret": {
        "type": "apiKey",
        "in": "header",
        "name": "Plaza-Order-Secret",
        "description": "The `order_secret` of completeCart, by which a guest opens the order.",
    },
}

IDEMPOTENCY_KEY = "^[!-~]{1,255}$"
VERSION_TAG = '^"[0-9]{1,18}"$'


def _header(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "description": description,
        "schema": {"type": "string", **schema},
    }


PARAMETERS: dict[str, dict[str, Any]] = {
    "IdempotencyKey": _header(
        "Idempotency-Key",
        "Under the same key a repeated request is answered with the first answer's bytes.",
        pattern=IDEMPOTENCY_KEY,
    ),
    # A schema cannot tell who asks, so that a guest's needs 22 characters stands in words.
    "IdempotencyKeyOfAnybody": _header(
        "Idempotency-Key",
        "As everywhere; without log-in it has to be one that nobody guesses, such as a UUID: "
        "of 22 characters at least.",
        pattern=IDEMPOTENCY_KEY,
    ),
    "IdempotencyKeyOfAnybodyRequired": {
        **_header(
            "Idempotency-Key",
            "A fresh UUID; the same one when the request is tried again. Without log-in it has "
            "22 characters at least.",
            pattern=IDEMPOTENCY_KEY,
        ),
        "required": True,
    },
    "IfMatch": {
        **_header("If-Match", 'The version that you read, quoted: `"3"`.', pattern=VERSION_TAG),
        "required": True,
    },
    "IfMatchOptional": _header(
        "If-Match",
        'The version that you read, quoted: `"3"`; looked at where it is given.',
        pattern=VERSION_TAG,
    ),
    "IfNoneMatch": _header("If-None-Match", "The `ETag` of what you have; 304 if it still holds."),
    "PlazaConsistency": _header(
        "Plaza-Consistency",
        "The token of a command whose change is to be seen; `none`: do not wait for my last one.",
    ),
    "Prefer": _header(
        "Prefer",
        f"`wait=<seconds>`: how long to wait for the change ({WAIT_DEFAULT_S:g} unless given, at "
        f"most {WAIT_MAX_S:g}); `handling=lenient`: rather a stale answer than 503.",
    ),
    "RequestId": _header(
        "X-Request-Id", "Comes back with the answer, if it is 1 to 128 visible ASCII characters."
    ),
}

HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {"description": "Names these bytes, or this version.", "schema": {"type": "string"}},
    "PlazaConsistency": {
        "description": "Names this change; a read that carries it waits until it shows it.",
        "schema": {"type": "string"},
    },
    "PlazaPosition": {
        "description": "How far in the log of facts the read model has come.",
        "schema": {"type": "integer"},
    },
    "PlazaLagMs": {
        "description": "The age in milliseconds of the first fact that it does not show.",
        "schema": {"type": "integer"},
    },
    "RateLimit": {
        "description": "What each policy leaves to you: `r` requests at once, and `t` seconds "
        "until all is there again; with `r=0`, until there is one. Not where limits are off.",
        "schema": {"type": "string", "examples": ['"commands";r=199;t=1']},
    },
    "RateLimitPolicy": {
        "description": "The policies that this was counted by: `q` requests in `w` seconds.",
        "schema": {"type": "string", "examples": ['"commands";q=600;w=60']},
    },
    "RetryAfter": {
        "description": "Seconds after which it is worth trying again.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "RequestId": {
        "description": "As it was sent, or the trace's id.",
        "schema": {"type": "string"},
    },
}

HEADER_NAMES = {
    "ETag": "ETag",
    "PlazaConsistency": "Plaza-Consistency",
    "PlazaPosition": "Plaza-Position",
    "PlazaLagMs": "Plaza-Lag-Ms",
    "RateLimit": "RateLimit",
    "RateLimitPolicy": "RateLimit-Policy",
    "RetryAfter": "Retry-After",
    "RequestId": "X-Request-Id",
}

REDIRECTION = {
    "description": "The browser is sent on.",
    "headers": {
        "Location": {
            "description": "Where to.",
            "schema": {"type": "string", "format": "uri"},
        }
    },
}

REFUSALS = {
    400: ("Malformed", "The request cannot be read, or holds something unknown."),
    401: ("NotAuthenticated", "Who calls is not known."),
    403: ("Forbidden", "Not allowed on something that the caller may see."),
    404: ("NotFound", "Not there, or not yours."),
    406: ("NotAcceptable", "The answer would be of a type that Accept does not allow."),
    408: ("RequestTimeout", "The body did not arrive in time."),
    409: ("Conflict", "Not possible in the present state."),
    412: ("StaleVersion", "Changed by somebody else since the version in If-Match."),
    413: ("BodyTooLarge", "The body is too large."),
    415: ("UnsupportedMediaType", "The body must be application/json."),
    422: ("Unprocessable", "Well-formed, but refused by a rule."),
    428: ("VersionRequired", "If-Match is needed."),
    429: ("RateLimited", "Asked too often; `Retry-After` says when there is room again."),
    503: ("Unavailable", "Not now; `Retry-After` says when to try again."),
}

REFUSED_WITH = {429: ("RetryAfter", "RateLimitPolicy", "RateLimit"), 503: ("RetryAfter",)}
"""The headers that say when to come back."""


def problem_responses() -> dict[str, Any]:
    """The refusals, each a problem document."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        name: {
            "description": f"{HTTPStatus(status).phrase}. {description}",
            "headers": headers_referred(*REFUSED_WITH.get(status, ())),
            "content": content,
        }
        for status, (name, description) in REFUSALS.items()
    }


def refusal_reference(status: int) -> dict[str, str]:
    return {"$ref": f"#/components/responses/{REFUSALS[status][0]}"}


def parameter_reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{name}"}


def headers_referred(*names: str) -> dict[str, Any]:
    return {HEADER_NAMES[name]: {"$ref": f"#/components/headers/{name}"} for name in names}
