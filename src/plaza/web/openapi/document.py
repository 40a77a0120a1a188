"""The whole document, from the routes that the application has."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from plaza.web.documenting import Problem
from plaza.web.openapi.links import links_from
from plaza.web.openapi.operation import Documented
from plaza.web.openapi.shapes import schemas_of
from plaza.web.openapi.shared_parts import HEADERS, PARAMETERS, SECURITY, problem_responses

OPENAPI = "3.1.0"
DESCRIPTION = """A multi-vendor marketplace: commands change it, queries read it.

Every command answers with `Plaza-Consistency`; a read that sends it back waits until it shows the
change. Money is an integer in the currency's minor unit. Lists go on with `cursor`. Every refusal
is a problem document with a stable `code`."""


@lru_cache(maxsize=1)
def document_of(app: Litestar, version: str) -> dict[str, Any]:
    """The OpenAPI document of the application."""
    routes = sorted(_documented(app), key=lambda route: (route.path, route.method))
    types = [wanted for route in routes for wanted in route.types()]
    schemas, components = schemas_of([*types, Problem])
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        told = route.operation(schemas)
        if links := links_from(route, routes):
            told["responses"][str(route.handler.status_code)]["links"] = links
        paths.setdefault(route.path, {})[route.method] = told
    return {
        "openapi": OPENAPI,
        "info": {"title": "plaza", "version": version, "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "responses": problem_responses(),
            "securitySchemes": SECURITY,
        },
    }


def _documented(app: Litestar) -> Iterator[Documented]:
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for method, (handler, _) in route.route_handler_map.items():
            if isinstance(handler, HTTPRouteHandler) and handler.resolve_include_in_schema():
                yield Documented(route.path_format or "/", method.lower(), handler)
