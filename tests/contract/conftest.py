"""The OpenAPI document as a client gets it."""

from typing import Any

import pytest_asyncio

from actors import Marketplace


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def document(marketplace: Marketplace) -> dict[str, Any]:
    answer = await marketplace.anybody.get("/schema/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    told: dict[str, Any] = answer.json()
    return told
