"""One acceptable request of every operation that takes a vendor or a body."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from litestar.handlers import HTTPRouteHandler

from actors import PASSWORD, Marketplace, a_variant
from contexts.ordering.an_address import an_address

PRICE = {"amount_minor": 1500, "currency": "GBP"}
VENDOR = "/v1/vendors/{vendor}"
BOOK = "/v1/account/addresses"
PRODUCT = f"{VENDOR}/products/{{product}}"
OFFER = f"{VENDOR}/offers/{{offer}}"
CART = f"/v1/carts/{uuid4()}"
ORDER = f"/v1/orders/{uuid4()}"
VENDOR_ORDER = f"{VENDOR}/orders/{{vendor_order}}"
WANTED = {"offer_id": str(uuid4()), "quantity": 1}
COMPLETION = {
    "expected_total": PRICE,
    "payment": {"provider": "sandbox", "token": "tok_approve"},
}
CANCELED = {"line_id": str(uuid4()), "quantity": 1}
REQUIREMENT = {"key": "company_number", "label": "Company number"}


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
    "requestVerification": Asked(
        "POST", "/v1/accounts/verification-mails", {"email": "a@plaza.example"}
    ),
    "verifyEmail": Asked("POST", "/v1/accounts/verify", {"token": "unknown"}),
    "requestPasswordReset": Asked("POST", "/v1/password-resets", {"email": "a@plaza.example"}),
    "resetPassword": Asked(
        "POST", "/v1/password-resets/complete", {"token": "unknown", "password": PASSWORD}
    ),
    "enrolTotp": Asked("POST", "/v1/account/totp", {"password": "not theirs"}),
    "confirmTotp": Asked("POST", "/v1/account/totp/confirm", {"code": "123456"}),
    "removeTotp": Asked("DELETE", "/v1/account/totp", {"password": "not theirs"}),
    "changeAccount": Asked("PATCH", "/v1/account", {"name": "A"}, 1),
    "changePassword": Asked(
        "POST", "/v1/account/password", {"current_password": "x", "new_password": PASSWORD}
    ),
    "addAddress": Asked("POST", BOOK, an_address()),
    "changeAddress": Asked("PATCH", f"{BOOK}/{uuid4()}", {"city": "Bath"}),
    "eraseAccount": Asked("POST", "/v1/account/erase", {"password": "not theirs"}),
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
    "changeVendor": Asked("PATCH", VENDOR, {"name": "V"}, 2),
    "pauseVendor": Asked("POST", f"{VENDOR}/pause", {"until": None}),
    "resumeVendor": Asked("POST", f"{VENDOR}/resume"),
    "submitVendor": Asked("POST", f"{VENDOR}/submit"),
    "getVendorStanding": Asked("GET", f"{VENDOR}/standing"),
    "inviteVendor": Asked("POST", "/v1/operations/vendors/invite", {"email": "a@plaza.example"}),
    "inviteOwner": Asked(
        "POST", "/v1/operations/vendors/{vendor}/invite", {"email": "a@plaza.example"}
    ),
    "retryParked": Asked("POST", "/v1/operations/projections/category_tree/parked/retry", {}),
    "skipParked": Asked(
        "POST",
        "/v1/operations/projections/category_tree/parked/skip",
        {"document": "category_tree", "key": str(uuid4()), "reason": "It is gone."},
    ),
    "rebuildProjection": Asked(
        "POST",
        "/v1/operations/projections/category_tree/rebuild",
        {"switch": False, "vendor_id": None},
    ),
    "switchProjection": Asked("POST", "/v1/operations/projections/category_tree/switch", {}),
    "createVendorRequirement": Asked("POST", "/v1/operations/vendor-requirements", REQUIREMENT),
    "listVendorAnswers": Asked("GET", f"{VENDOR}/requirements"),
    "answerVendorRequirement": Asked(
        "PUT", f"{VENDOR}/requirements/company_number", {"answer": "12345"}
    ),
    "inviteMember": Asked(
        "POST", f"{VENDOR}/members", {"email": "a@plaza.example", "role": "staff"}
    ),
    "listMembers": Asked("GET", f"{VENDOR}/members"),
    "changeMemberRole": Asked("PATCH", f"{VENDOR}/members/{{member}}", {"role": "staff"}),
    "removeMember": Asked("DELETE", f"{VENDOR}/members/{{member}}"),
    "listInvitations": Asked("GET", f"{VENDOR}/invitations"),
    "revokeInvitation": Asked("DELETE", f"{VENDOR}/invitations/{{invitation}}"),
    "acceptInvitation": Asked("POST", "/v1/invitations/accept", {"token": "unknown"}),
    "createApiKey": Asked(
        "POST", f"{VENDOR}/api-keys", {"name": "Key", "scopes": ["catalog:read"]}
    ),
    "listApiKeys": Asked("GET", f"{VENDOR}/api-keys"),
    "revokeApiKey": Asked("DELETE", f"{VENDOR}/api-keys/{{api_key}}"),
    "createCategory": Asked("POST", "/v1/categories", {"name": "Lamps"}),
    "changeCategory": Asked("PATCH", f"/v1/categories/{uuid4()}", {"name": "Lamps"}, 1),
    "createProduct": Asked(
        "POST", f"{VENDOR}/products", {"title": "Mug", "variants": [a_variant()]}
    ),
    "listVendorAuditEntries": Asked("GET", f"{VENDOR}/audit"),
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
    "createCart": Asked("POST", "/v1/carts", {"currency": "GBP"}),
    "listCarts": Asked("GET", "/v1/carts"),
    "listMemberships": Asked("GET", "/v1/account/memberships"),
    "getCart": Asked("GET", CART),
    "addCartLine": Asked("POST", f"{CART}/lines", WANTED),
    "addCartLines": Asked("POST", f"{CART}/lines/batch", {"lines": [WANTED]}),
    "changeCartLine": Asked("PATCH", f"{CART}/lines/{uuid4()}", {"quantity": 2}),
    "removeCartLine": Asked("DELETE", f"{CART}/lines/{uuid4()}"),
    "setCartAddress": Asked("PUT", f"{CART}/address", an_address()),
    "claimCart": Asked("POST", f"{CART}/claim"),
    "completeCart": Asked("POST", f"{CART}/complete", COMPLETION),
    "continuePayment": Asked("POST", f"{ORDER}/payment", {"token": "tok_approve"}),
    "cancelOrder": Asked("POST", f"{ORDER}/cancel", {"reason": "by_mistake"}),
    "listVendorOrders": Asked("GET", f"{VENDOR}/orders"),
    "getVendorOrder": Asked("GET", VENDOR_ORDER),
    "acceptVendorOrder": Asked("POST", f"{VENDOR_ORDER}/accept"),
    "declineVendorOrder": Asked("POST", f"{VENDOR_ORDER}/decline", {"reason": "no"}),
    "cancelVendorOrder": Asked("POST", f"{VENDOR_ORDER}/cancel", {"lines": [CANCELED]}),
    "listStock": Asked("GET", f"{VENDOR}/stock"),
    "listStockMovements": Asked("GET", f"{OFFER}/stock/movements"),
    "listLocations": Asked("GET", f"{VENDOR}/locations"),
    "setStock": Asked("PUT", f"{OFFER}/stock", {"on_hand": 9}),
    "adjustStock": Asked("POST", f"{OFFER}/stock/adjust", {"delta": 1, "reason": "found"}),
    "changeStocking": Asked("PATCH", f"{OFFER}/stocking", {"allows_backorder": True}, 1),
    "createLocation": Asked("POST", f"{VENDOR}/locations", {"name": "Warehouse"}),
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


def told(answer: httpx.Response) -> tuple[int, dict[str, Any]]:
    """Status and body without what names the request itself."""
    body = answer.json()
    return answer.status_code, {name: body[name] for name in body if name != "trace_id"}
