"""Having a read model built anew."""

from typing import Any
from uuid import uuid4

from actors import Marketplace
from plaza.bootstrap import ASKED, PROJECTIONS, SNAPSHOTS
from plaza.operations.rebuilds import Rebuilds, rebuilds
from plaza.read_models.vendor_applications.projection import PROJECTION

PATH = f"/v1/operations/projections/{PROJECTION.name}"

STEPS: list[tuple[str, dict[str, Any] | None, str]] = [
    ("switch", {}, "nothing_ready"),
    ("rollback", None, "nothing_kept"),
]
"""Each with its body, and how it is refused where there is no such build."""

MENDED = """
    SELECT w.refusal, a.documents, a.differing FROM projecting.wish w
    CROSS JOIN LATERAL (SELECT documents, differing FROM projecting.audit
        WHERE projection = $1 ORDER BY number DESC LIMIT 1) a
    WHERE w.projection = $1 AND w.vendor_id = $2 AND w.done_at IS NOT NULL
"""


async def rebuild_and_switch(marketplace: Marketplace, operator: Any) -> None:
    """Ask for each step, and do what a projector's job does between them."""
    async with rebuilds(marketplace.settings, ASKED, SNAPSHOTS) as work:
        for step, body, code in STEPS:
            assert (await operator.post(f"{PATH}/{step}", body)).json()["code"] == code
        # Others write to its tables by hand, so that no snapshot of it has to be right.
        how = {"switch": False, "source": "log"}
        assert (await operator.post(f"{PATH}/rebuild", how)).status_code == 202
        await work.finish(PROJECTIONS)
        again = await operator.post(f"{PATH}/rebuild", {})
        assert again.json()["code"] == "rebuild_under_way"
        for step, body, _ in STEPS:
            asked = await operator.post(f"{PATH}/{step}", body)
            assert asked.status_code == 202, asked.text
            await work.finish(PROJECTIONS)
        await work.retire(PROJECTION, None)
        await _rebuild_of_vendor(work, operator)


async def _rebuild_of_vendor(work: Rebuilds, operator: Any) -> None:
    connection = await work.connect()
    vendor = await connection.fetchrow("SELECT id, slug FROM vendors.vendor LIMIT 1")
    assert vendor is not None
    vendor_id, slug = vendor
    for body, code in (
        ({"vendor_id": str(uuid4())}, "no_such_vendor"),
        ({"vendor_id": str(vendor_id), "source": "snapshot"}, "vendors_of_log_only"),
    ):
        assert (await operator.post(f"{PATH}/rebuild", body)).json()["code"] == code
    asked = await operator.post(f"{PATH}/rebuild", {"vendor_id": str(vendor_id)})
    assert asked.status_code == 202
    await work.finish(PROJECTIONS)
    done = await connection.fetch(MENDED, PROJECTION.name, vendor_id)
    assert [tuple(row) for row in done] == [(None, 1, 0)]
    audit = await work.rebuild_vendor(PROJECTION, slug, lambda _, __: None)
    assert (audit.documents, audit.differences) == (1, [])
    await connection.close()
