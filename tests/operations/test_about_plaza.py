"""Routes about plaza itself."""

from importlib.metadata import version

from actors import Marketplace
from plaza.bootstrap import PROCESSES, PROJECTIONS


async def test_the_root_says_what_this_is_and_where_to_go_on(marketplace: Marketplace) -> None:
    await marketplace.until_ready()
    welcome = (await marketplace.anybody.get("/")).json()
    assert welcome["name"] == "plaza"
    for link in welcome["links"].values():
        assert (await marketplace.anybody.get(link)).status_code == 200


async def test_it_tells_its_version(marketplace: Marketplace) -> None:
    assert (await marketplace.anybody.get("/version")).json() == {"version": version("plaza")}


async def test_it_is_alive_and_ready_once_the_read_models_caught_up(
    marketplace: Marketplace,
) -> None:
    for path in ("/health", "/health/live"):
        health = (await marketplace.anybody.get(path)).json()
        # On a machine that does too much at once, the loop may really have stood still.
        assert health.pop("blocked_ms", 1) > 0
        assert health == {"status": "ok"}
    await marketplace.until_ready()


async def test_what_is_missing_before_it_is_ready_is_said(marketplace: Marketplace) -> None:
    readiness = type(marketplace.app.state.readiness)(
        marketplace.app.state.pool, marketplace.app.state.watermarks, ["a_model_that_is_not_built"]
    )
    assert await readiness.missing() == [
        "a_model_that_is_not_built has no live build: run `plaza migrate`"
    ]


async def test_metrics_tell_how_far_each_read_model_has_come(marketplace: Marketplace) -> None:
    metrics = (await marketplace.anybody.get("/metrics")).text
    for projection in PROJECTIONS:
        assert f'plaza_projection_position{{projection="{projection.name}"}}' in metrics
        assert f'plaza_projection_lag_ms{{projection="{projection.name}"}}' in metrics


async def test_operators_see_how_far_each_read_model_has_come(marketplace: Marketplace) -> None:
    operator = await marketplace.operator()
    items = (await operator.get("/v1/operations/projections")).json()["items"]
    assert {item["projection"] for item in items} == {
        *(projection.name for projection in PROJECTIONS),
        *(process.name for process in PROCESSES),
    }
    assert {item["status"] for item in items} == {"live"}


async def test_others_do_not(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()
    assert (await shopper.get("/v1/operations/projections")).status_code == 403


async def test_the_demo_has_pictures(marketplace: Marketplace) -> None:
    picture = await marketplace.anybody.get("/media/demo/mugs-cups/1.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.text.startswith("<svg")
    for missing in ("mugs-cups/99.svg", "no-such-category/1.svg", "mugs-cups/1.png"):
        assert (await marketplace.anybody.get(f"/media/demo/{missing}")).status_code == 404
