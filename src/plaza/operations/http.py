"""Routes about plaza itself."""

from importlib.metadata import version
from typing import Literal

import asyncpg
import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from plaza.kernel.refusals import Unavailable
from plaza.operations.readiness import Readiness
from plaza.reading.watermarks import Watermarks
from plaza.web.answering import private_answer, public_answer
from plaza.web.authentication import operator_only
from plaza.web.documenting import answers
from plaza.web.openapi.document import document_of
from plaza.web.openapi.index_page import index_page
from plaza.web.rate_limits.groups import OPT, UNLIMITED
from plaza.web.request import PlazaRequest

POSITION = Gauge("plaza_projection_position", "Log position covered", ["projection"])
LAG_MS = Gauge("plaza_projection_lag_ms", "Age of the first fact not covered", ["projection"])

PROJECTIONS = """
    SELECT b.projection, b.build, b.schema_version, b.status, b.created_at
    FROM projecting.build b ORDER BY b.projection, b.build
"""

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


class Health(msgspec.Struct, frozen=True):
    status: Literal["ok"] = "ok"


class ProjectionState(msgspec.Struct, frozen=True):
    projection: str
    build: int
    schema_version: int
    status: str
    position: int
    lag_ms: int


class ProjectionList(msgspec.Struct, frozen=True):
    items: list[ProjectionState]


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
    return Version(version=version("plaza"))


@get("/health", operation_id="getHealth", opt=NOT_COUNTED)
async def health() -> Health:
    """The process answers; nothing else is asked."""
    return Health()


@get("/health/live", operation_id="getLiveness", opt=NOT_COUNTED)
async def liveness() -> Health:
    """The same, under the name that orchestrators look for."""
    return Health()


@get("/health/ready", operation_id="getReadiness", opt=NOT_COUNTED)
async def readiness(state_of: NamedDependency[Readiness]) -> Health:
    """Migrated, and every read model caught up once."""
    missing = await state_of.missing()
    if missing:
        raise NotReady("; ".join(missing), retry_after_s=1)
    return Health()


@get("/metrics", operation_id="getMetrics", media_type="text/plain", opt=NOT_COUNTED)
async def metrics(watermarks: NamedDependency[Watermarks]) -> Response[bytes]:
    """Metrics for Prometheus."""
    for name, mark in watermarks.all().items():
        POSITION.labels(name).set(mark.position)
        LAG_MS.labels(name).set(mark.lag_ms)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@get(
    "/v1/operations/projections",
    operation_id="listProjections",
    guards=[operator_only],
    responses=answers(ProjectionList),
)
async def projections(
    pool: NamedDependency[asyncpg.Pool], watermarks: NamedDependency[Watermarks]
) -> Response[bytes]:
    """How far each read model has come."""
    items = [
        ProjectionState(
            projection=row["projection"],
            build=row["build"],
            schema_version=row["schema_version"],
            status=row["status"],
            position=watermarks.of(row["projection"]).position,
            lag_ms=watermarks.of(row["projection"]).lag_ms,
        )
        for row in await pool.fetch(PROJECTIONS)
    ]
    return private_answer(msgspec.json.encode(ProjectionList(items)), {})


@get(
    "/schema/openapi.json",
    operation_id="getApiDocument",
    media_type="application/json",
    include_in_schema=False,
)
async def api_document(request: PlazaRequest) -> Response[bytes]:
    """Every operation, for programs."""
    body = msgspec.json.encode(document_of(request.app, version("plaza")))
    return public_answer(request, body, {})


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
    projections,
    api_document,
    api_index,
]
