"""Refusals and the problem documents that they are told as."""

import re
from collections.abc import Iterator

import msgspec
import pytest

import plaza.bootstrap as everything
from plaza.kernel.problem import InputError, problem_bytes, problem_of
from plaza.kernel.refusals import (
    Conflict,
    IllegalTransition,
    Malformed,
    NotThere,
    Refusal,
    StaleVersion,
    Unavailable,
)

STATUSES = {400, 401, 403, 404, 406, 408, 409, 410, 412, 413, 415, 422, 428, 429, 500, 503}


def named(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Every kind of refusal that the application can give."""
    for inner in kind.__subclasses__():
        if inner.__module__.startswith("plaza."):
            yield inner
        yield from named(inner)


def test_every_refusal_has_a_stable_code_and_a_status_of_the_contract() -> None:
    assert everything.ROUTES
    kinds = list(named())
    assert len(kinds) > 30
    for kind in kinds:
        assert re.fullmatch("[a-z]+(_[a-z]+)*", kind.code), kind
        assert kind.status in STATUSES, kind
        assert kind.title
        assert not kind.title.endswith("."), kind


def test_one_code_means_one_thing() -> None:
    statuses: dict[str, set[int]] = {}
    for kind in named():
        statuses.setdefault(kind.code, set()).add(kind.status)
    assert {code for code, found in statuses.items() if len(found) > 1} == set()


@pytest.mark.parametrize(
    "refusal",
    [
        NotThere(),
        StaleVersion(7),
        Unavailable("Later.", retry_after_s=3),
        Conflict("Taken.", by="somebody"),
        IllegalTransition("vendor", "closed", "approved", []),
        Malformed("No.", errors=[InputError("/title", "missing", "This field is missing")]),
    ],
    ids=lambda refusal: type(refusal).__name__,
)
def test_the_document_tells_all_of_it(refusal: Refusal) -> None:
    told = msgspec.json.decode(problem_bytes(refusal, "a" * 32))
    standard = ["type", "title", "status", "code", "detail", "trace_id"]
    assert list(told) == [*standard, *refusal.members]
    assert told["type"] == f"/problems/{refusal.code}"
    assert told == msgspec.to_builtins(problem_of(refusal, "a" * 32))
