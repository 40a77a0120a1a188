"""What is judged of every request after its guards and before its parameters and its body."""

from typing import Any

from litestar import Request

from plaza.kernel.refusals import Refusal
from plaza.web.documenting import answered_type
from plaza.web.parameters import refuse_unknown_parameters
from plaza.web.request_headers import listed

ZERO = frozenset({"q=0", "q=0.0", "q=0.00", "q=0.000"})


class NotAcceptable(Refusal):
    status = 406
    code = "not_acceptable"
    title = "No representation that you accept"


async def judge(request: Request[Any, Any, Any]) -> None:
    """Refuse what would not be answered as it was asked for.

    Raises:
        NotAcceptable: the answer would be of a type that the caller does not take.
        Malformed: the query holds something that the operation would not look at.
    """
    accept = listed(request, "accept")
    if accept is not None and accept != "*/*":
        offered = answered_type(request.route_handler)
        if not takes(accept, offered):
            raise NotAcceptable(f"The answer is {offered}; Accept has to allow that.")
    if request.scope["query_string"]:
        refuse_unknown_parameters(request)


def takes(accept: str, offered: str) -> bool:
    """Whether an Accept header allows a media type (RFC 9110, 12.5.1)."""
    wanted: dict[str, bool] = {}
    for choice in accept.lower().split(","):
        media_range, *parameters = (part.strip() for part in choice.split(";"))
        refused = any(parameter.replace(" ", "") in ZERO for parameter in parameters)
        wanted[media_range] = not refused
    kind = offered.partition("/")[0]
    ranges = (offered, f"{kind}/*", "*/*")
    # The most specific range decides; an empty header says nothing.
    return next((wanted[named] for named in ranges if named in wanted), accept.strip() == "")
