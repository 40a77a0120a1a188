"""Having a read model built anew."""

from typing import Any

from actors import Marketplace
from plaza.bootstrap import PROJECTIONS, SNAPSHOTS
from plaza.operations.rebuilds import rebuilds
from plaza.read_models.vendor_applications.projection import PROJECTION

PATH = f"/v1/operations/projections/{PROJECTION.name}"

STEPS = [("switch", {}, "nothing_ready"), ("rollback", None, "nothing_kept")]
"""Each with its body, and how it is refused where there is no such build."""


async def rebuild_and_switch(marketplace: Marketplace, operator: Any) -> None:
    """Ask for each step, and do what a projector's job does between them."""
    async with rebuilds(marketplace.settings, SNAPSHOTS) as work:
        for step, body, code in STEPS:
            assert (await operator.post(f"{PATH}/{step}", body)).json()["code"] == code
        how = {"switch": False, "source": "snapshot"}
        assert (await operator.post(f"{PATH}/rebuild", how)).status_code == 202
        await work.finish(PROJECTIONS)
        again = await operator.post(f"{PATH}/rebuild", {})
        assert again.json()["code"] == "rebuild_under_way"
        for step, body, _ in STEPS:
            assert (await operator.post(f"{PATH}/{step}", body)).status_code == 202
            await work.finish(PROJECTIONS)
        await work.retire(PROJECTION, None)
