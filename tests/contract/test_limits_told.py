"""The document tells what is limited, and how a client learns of it."""

from typing import Any

from contract.fitting import followed
from contract.operations import operations

NOT_COUNTED = {"getHealth", "getLiveness", "getReadiness", "getMetrics", "getVersion"}
LIMITS = {"RateLimit", "RateLimit-Policy"}


def test_every_counted_operation_tells_what_is_left_and_that_it_may_refuse(
    document: dict[str, Any],
) -> None:
    for _, _, operation in operations(document):
        responses = operation["responses"]
        is_counted = operation["operationId"] not in NOT_COUNTED
        assert ("429" in responses) == is_counted, operation["operationId"]
        for status, told in responses.items():
            if status.startswith("2"):
                assert (told["headers"].keys() >= LIMITS) == is_counted, operation["operationId"]


def test_a_refusal_tells_when_to_come_back(document: dict[str, Any]) -> None:
    refusals = document["components"]["responses"]
    assert refusals["RateLimited"]["headers"].keys() == {"Retry-After", *LIMITS}
    assert refusals["Unavailable"]["headers"].keys() == {"Retry-After"}
    schema = followed(refusals["RateLimited"]["headers"]["Retry-After"]["$ref"], document)["schema"]
    assert (schema["type"], schema["minimum"]) == ("integer", 1)
