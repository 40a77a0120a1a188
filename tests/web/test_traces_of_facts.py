"""What facts keep for ever of the trace that their request belongs to."""

from uuid import UUID

import pytest

from actors import Marketplace
from plaza.settings import Settings
from writing.watching import watching

TRACES = """
    SELECT DISTINCT e.trace FROM outbox.event e JOIN writing.journal j
        ON j.correlation_id = e.correlation_id
    WHERE j.id = $1
"""
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("traceparent", "kept"),
    [(TRACE, TRACE), (f"{TRACE}-{'x' * 5000}", None), ("Ada Shopper, 1 Row", None), ("", None)],
)
async def test_facts_keep_a_trace_and_nothing_else_that_is_sent_as_one(
    settings: Settings, marketplace: Marketplace, traceparent: str, kept: str | None
) -> None:
    shopper = await marketplace.a_shopper()
    headers = {"traceparent": traceparent}
    form = {"name": "Traced", "country": "GB", "currency": "GBP", "contact_email": "a@b.example"}

    answer = await shopper.post("/v1/vendors", form, headers=headers)

    assert answer.status_code == 201, answer.text
    async with watching(settings) as database:
        rows = await database.fetch(TRACES, UUID(answer.headers["plaza-command"]))
    assert [row["trace"] for row in rows] == [kept]
