"""What every refusal looks like, whatever was refused."""

from typing import Any

import httpx

STANDARD_MEMBERS = {"type", "title", "status", "code", "detail", "trace_id"}


def refused(answer: httpx.Response, status: int, code: str | None = None) -> dict[str, Any]:
    """The problem document of an answer that must be one."""
    assert answer.status_code == status, f"{answer.status_code}: {answer.text[:500]}"
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem.keys() >= STANDARD_MEMBERS
    assert problem["status"] == status
    assert problem["type"] == f"/problems/{problem['code']}"
    assert problem["title"]
    assert problem["detail"]
    assert len(problem["trace_id"]) == 32
    assert answer.headers["x-request-id"]
    if code is not None:
        assert problem["code"] == code, problem
    return problem
