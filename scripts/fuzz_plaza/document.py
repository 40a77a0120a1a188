"""The OpenAPI document of the plaza, with examples of what is there."""

from collections.abc import Iterator
from typing import Any

import httpx

from fuzz_plaza.known import ABOUT_A_VENDOR, known_ids
from fuzz_plaza.own_plaza import Plaza
from fuzz_plaza.people import Belongings

TIMEOUT_S = 30


def document_of(plaza: Plaza, belongings: Belongings) -> dict[str, Any]:
    """What plaza tells of itself; without examples no id of the coverage phase would be there."""
    url = f"{plaza.origin}/schema/openapi.json"
    answer = httpx.get(url, timeout=TIMEOUT_S, trust_env=False).raise_for_status()
    document: dict[str, Any] = answer.json()
    known = known_ids(belongings)
    for operation, parameter in _path_parameters(document):
        about_a_vendor = operation["operationId"] in ABOUT_A_VENDOR
        name = "spare" if about_a_vendor and parameter["name"] == "vendor" else parameter["name"]
        if name in known:
            parameter["example"] = known[name][0]
    return document


def _path_parameters(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation["parameters"]:
                if parameter.get("in") == "path":
                    yield operation, parameter
