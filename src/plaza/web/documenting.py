"""What a route says of its answers, for the OpenAPI document."""

from collections.abc import Mapping
from http.client import FOUND
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import ResponseSpec
from litestar.utils import get_enum_string_value

from plaza.kernel.problem import MEDIA_TYPE, InputError

IF_MATCH_OPTIONAL = (412,)
"""If-Match is honoured where it is given."""
IF_MATCH_REQUIRED = (412, 428)
"""Without If-Match nothing is done."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why it was not done (RFC 9457); `docs/errors.md` lists all codes and what to do.

    Some codes have further members: `cart_changed` the `current_total`, `insufficient_stock` the
    `lines`, `cart_has_problems` the `problems`, `payment_failed` its `reason`,
    `illegal_transition` `from`, `to` and what is `allowed`, `stale_version` the
    `current_version`, `open_obligations` the `obligations`, `rate_limited` the `policy`.

    Attributes:
        code: stable; what programs branch on.
        detail: for people.
        trace_id: finds the request in the logs.
        errors: what is wrong with the input, place by place.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    trace_id: str
    errors: list[InputError] = []


JSON = "application/json"
DONE = {
    200: "Done.",
    201: "Made.",
    202: "Taken on: what follows is not done yet when this is answered.",
}


def answers(
    shape: type[Any],
    status: int = 200,
    *,
    also: tuple[int, ...] = (),
    done: str | None = None,
    done_as: Mapping[int, str] | None = None,
) -> dict[int, ResponseSpec]:
    """The `responses` of a route.

    Args:
        shape: what a success is encoded from.
        status: of a success.
        also: statuses of refusals that do not follow from the kind of route; 412 and 428 say
            that If-Match is looked at, 308 that it may be found elsewhere.
        done: what a success means, where its status does not say it all.
        done_as: further statuses of successes, which have the same shape, and what they mean.
    """
    meanings = {status: done or DONE.get(status, ""), **(done_as or {})}
    successes = {
        success: ResponseSpec(shape, generate_examples=False, description=meaning)
        for success, meaning in meanings.items()
    }
    told = {refused: ResponseSpec(Problem, media_type=MEDIA_TYPE) for refused in also}
    return {**successes, **told}


def redirects(*, also: tuple[int, ...] = ()) -> dict[int, ResponseSpec]:
    """The `responses` of a route that sends browsers elsewhere."""
    told = {refused: ResponseSpec(Problem, media_type=MEDIA_TYPE) for refused in also}
    return {FOUND: ResponseSpec(None, generate_examples=False), **told}


def answered_type(handler: HTTPRouteHandler) -> str:
    """The media type of a success; Litestar takes encoded bytes for text."""
    return JSON if handler.responses else get_enum_string_value(handler.media_type)
