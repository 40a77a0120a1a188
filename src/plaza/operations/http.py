"""Routes about plaza itself."""

from importlib.metadata import version
from typing import Literal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from plaza.kernel.refusals import Unavailable
from plaza.operations.projections.measuring import Measuring
from plaza.operations.readiness import Readiness
from plaza.operations.watchdog import Watchdog
from plaza.reading.watermarks import Watermarks
from plaza.web.answering import public_answer
from plaza.web.openapi.document import document_of
from plaza.web.openapi.index_page import index_page
from plaza.web.rate_limits.groups import OPT, UNLIMITED
from plaza.web.request import PlazaRequest

POSITION = Gauge("plaza_projection_position", "Log position covered", ["projection"])
LAG_MS = Gauge("plaza_projection_lag_ms", "Age of the first fact not covered", ["projection"])

# The page has its style inside it, and asks nobody for anything.
PAGE_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
    )
}


# Those who keep plaza running ask most when it is in trouble.
NOT_COUNTED = {OPT: UNLIMITED}


class NotReady(Unavailable):
    code = "not_ready"
    title = "Not ready for requests yet"


class Welcome(msgspec.Struct, frozen=True):
    name: str
    version: str
    links: dict[str, str]


class Version(msgspec.Struct, frozen=True):
    version: str


class Health(msgspec.Struct, frozen=True, omit_defaults=True):
    status: Literal["ok"]
    blocked_ms: int = 0
    """For how long the process answered nobody, at worst, in the last five minutes."""


LINKS = {
    "operations": "/schema",
    "openapi": "/schema/openapi.json",
    "products": "/v1/products",
    "categories": "/v1/categories",
    "vendors": "/v1/vendors",
    "health": "/health/ready",
    "metrics": "/metrics",
}


@get("/", operation_id="getWelcome")
async def welcome() -> Welcome:
    """What this is, and where to go on."""
    return Welcome(name="plaza", version=version("plaza"), links=LINKS)


@get("/version", operation_id="getVersion", opt=NOT_COUNTED)
async def installed_version() -> Version:
    """The release of plaza that answers."""
    return Version(version=version("plaza"))


@get("/health", operation_id="getHealth", opt=NOT_COUNTED)
async def health(watchdog: NamedDependency[Watchdog]) -> Health:
    """The process answers; nothing else is asked."""
    return Health("ok", watchdog.blocked_ms())


@get("/health/live", operation_id="getLiveness", opt=NOT_COUNTED)
async def liveness(watchdog: NamedDependency[Watchdog]) -> Health:
    """The same, under the name that orchestrators look for."""
    return Health("ok", watchdog.blocked_ms())


@get("/health/ready", operation_id="getReadiness", opt=NOT_COUNTED)
async def readiness(
    state_of: NamedDependency[Readiness], watchdog: NamedDependency[Watchdog]
) -> Health:
    """Migrated, and every read model caught up once."""
    missing = await state_of.missing()
    if missing:
        raise NotReady("; ".join(missing), retry_after_s=1)
    return Health("ok", watchdog.blocked_ms())


@get("/metrics", operation_id="getMetrics", media_type="text/plain", opt=NOT_COUNTED)
async def metrics(
    watermarks: NamedDependency[Watermarks], measuring: NamedDependency[Measuring]
) -> Response[bytes]:
    """Metrics for Prometheus."""
    await measuring.show()
    for name, mark in watermarks.all().items():
        POSITION.labels(name).set(mark.position)
        LAG_MS.labels(name).set(mark.lag_ms)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@get(
    "/schema/openapi.json",
    operation_id="getApiDocument",
    media_type="application/json",
    include_in_schema=False,
)
async def api_document(request: PlazaRequest) -> Response[bytes]:
    """Every operation, for programs."""
    body = msgspec.json.encode(document_of(request.app, version("plaza")))
    return await public_answer(request, body)


@get("/schema", operation_id="getApiIndex", media_type="text/html", include_in_schema=False)
async def api_index(request: PlazaRequest) -> Response[bytes]:
    """Every operation, for people."""
    page = index_page(document_of(request.app, version("plaza")))
    return Response(page.encode(), media_type="text/html", headers=PAGE_HEADERS)


ROUTES = [
    welcome,
    installed_version,
    health,
    liveness,
    readiness,
    metrics,
    api_document,
    api_index,
]
