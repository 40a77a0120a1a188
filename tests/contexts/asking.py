"""One acceptable request of every operation that takes a vendor or a body."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from litestar.handlers import HTTPRouteHandler

from actors import PASSWORD, Marketplace, Person, a_variant

PRICE = {"amount_minor": 1500, "currency": "GBP"}
VENDOR = "/v1/vendors/{vendor}"
PRODUCT = f"{VENDOR}/products/{{product}}"
OFFER = f"{VENDOR}/offers/{{offer}}"


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    body: dict[str, Any] | None = None
    version: int | None = None


REQUESTS: dict[str, Asked] = {
    "registerAccount": Asked(
        "POST", "/v1/accounts", {"email": "a@plaza.example", "password": PASSWORD, "name": "A"}
    ),
    "logIn": Asked("POST", "/v1/sessions", {"email": "a@plaza.example", "password": PASSWORD}),
    "refreshSession": Asked("POST", "/v1/sessions/refresh", {"refresh_token": "unknown"}),
    "applyAsVendor": Asked(
        "POST",
        "/v1/vendors",
        {"name": "V", "country": "GB", "currency": "GBP", "contact_email": "a@plaza.example"},
    ),
    "approveVendor": Asked("POST", f"{VENDOR}/approve"),
    "reinstateVendor": Asked("POST", f"{VENDOR}/reinstate"),
    "rejectVendor": Asked("POST", f"{VENDOR}/reject", {"reason": "no"}),
    "suspendVendor": Asked("POST", f"{VENDOR}/suspend", {"reason": "no"}),
    "closeVendor": Asked("POST", f"{VENDOR}/close", {"reason": "no"}),
    "createCategory": Asked("POST", "/v1/categories", {"name": "Lamps"}),
    "changeCategory": Asked("PATCH", f"/v1/categories/{uuid4()}", {"name": "Lamps"}, 1),
    "createProduct": Asked(
        "POST", f"{VENDOR}/products", {"title": "Mug", "variants": [a_variant()]}
    ),
    "listVendorProducts": Asked("GET", f"{VENDOR}/products"),
    "getVendorProduct": Asked("GET", PRODUCT),
    "changeProduct": Asked("PATCH", PRODUCT, {"title": "Cup"}, 1),
    "publishProduct": Asked("POST", f"{PRODUCT}/publish"),
    "unpublishProduct": Asked("POST", f"{PRODUCT}/unpublish"),
    "createOffer": Asked(
        "POST", f"{VENDOR}/offers", {"variant_id": "{variant}", "price": PRICE, "stock": 1}
    ),
    "changeOffer": Asked("PATCH", OFFER, {"price": PRICE}, 1),
    "withdrawOffer": Asked("DELETE", OFFER, None, 1),
    "setStock": Asked("PUT", f"{OFFER}/stock", {"on_hand": 9}),
    "adjustStock": Asked("POST", f"{OFFER}/stock/adjust", {"delta": 1, "reason": "found"}),
}


def operations(marketplace: Marketplace) -> dict[str, HTTPRouteHandler]:
    """Every operation that the marketplace has, by its id."""
    handlers = {
        handler
        for route in marketplace.app.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler)
    }
    return {str(handler.operation_id): handler for handler in handlers if handler.operation_id}


async def ask(person: Person, operation_id: str, ids: dict[str, str]) -> httpx.Response:
    """Send the operation's request with these ids in its path and body."""
    asked = REQUESTS[operation_id]
    body = asked.body
    if body is not None and "variant_id" in body:
        body = body | {"variant_id": ids["variant"]}
    headers = {} if asked.version is None else {"if-match": f'"{asked.version}"'}
    path = asked.path.format(**ids)
    return await person.client.request(asked.method, path, json=body, headers=headers)


def told(answer: httpx.Response) -> tuple[int, dict[str, Any]]:
    """Status and body without what names the request itself."""
    body = answer.json()
    return answer.status_code, {name: body[name] for name in body if name != "trace_id"}
