"""What is held against plaza: all checks of schemathesis, as plaza's contract words them."""

import json
from http.client import BAD_REQUEST
from typing import Any

from schemathesis import Case, HookContext, Response
from schemathesis.core import NOT_SET
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import RejectedPositiveData

# No check is off. Where one leaves open which refusals it takes, the contract says:
CHECKS: dict[str, Any] = {
    # A schema tells form. 409, 412 and 422 are about state and rules, which it cannot tell, so
    # they are taken of well-formed data; 400 is not, because it would call the form wrong.
    "positive_data_acceptance": {
        "expected-statuses": ["2xx", "3xx", 401, 403, 404, 409, 412, 422, 429, 503]
    },
    # Without If-Match nothing versioned is changed: 428 (RFC 6585).
    "missing_required_header": {"expected-statuses": [400, 401, 403, 404, 406, 415, 422, 428]},
    "negative_data_rejection": {
        "expected-statuses": [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429]
    },
}

OPAQUE = frozenset({"invalid_cursor", "invalid_consistency_token"})
NUL = ("%00", "\\u0000")


def is_held_against_plaza(
    _: HookContext, failure: Exception, case: Case[Any], response: Response
) -> bool:
    """Whether a failure is one: a hook of schemathesis."""
    if isinstance(failure, AcceptedNegativeData):
        return not _merely_left_out_the_body(case)
    if isinstance(failure, RejectedPositiveData) and response.status_code == BAD_REQUEST:
        return _could_be_told(json.loads(response.content), response)
    return True


def _merely_left_out_the_body(case: Case[Any]) -> bool:
    """Whether it is a body that may be left out.

    Schemathesis 4.32 calls that wrong where a link changed something else of the request.
    """
    assert case.meta is not None
    wrong = [place for place, part in case.meta.components.items() if part.mode.is_negative]
    needs_body = any(body.is_required for body in case.operation.body)
    return wrong == [ParameterLocation.BODY] and case.body is NOT_SET and not needs_body


def _could_be_told(problem: dict[str, Any], response: Response) -> bool:
    """Whether a schema could have told that the data is wrong."""
    # Only what plaza signed is a cursor or a token.
    if problem["code"] in OPAQUE:
        return False
    # A filter names a category or a vendor that is not there.
    errors = problem.get("errors", [])
    if errors and all(error["code"] == "unknown" for error in errors):
        return False
    return not _sends_nul(response)


def _sends_nul(response: Response) -> bool:
    """Whether a text holds the one character that PostgreSQL cannot store."""
    body = response.request.body or ""
    sent = body.decode(errors="replace") if isinstance(body, bytes) else body
    return any(spelling in f"{response.request.url}{sent}" for spelling in NUL)
