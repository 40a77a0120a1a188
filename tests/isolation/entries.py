"""What the matrix has to know of every operation, beside what the OpenAPI document tells.

A new operation needs an entry here. Mostly `Entry(members("owner", ...))` is all: its path's
parameters and the `{...}` of its body are made by `things.py`, a method of that name; its body is
the one of `contexts/asking.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from actors import PASSWORD
from isolation.kinds import (
    Audience,
    Kind,
    accounts,
    anybody,
    callers,
    members,
    operators,
    shoppers,
    shoppers_without_cart,
)
from isolation.sides import NO_VENDOR

ALL = ("owner", "manager", "staff")
NEW_PASSWORD = "battery horse correct"
A_REQUIREMENT = {"key": "hallmark", "label": "Which hallmark?", "required": False}
OPERATORS_TOO = frozenset({Kind.OPERATOR})
NOBODYS = {
    "category": "the tree of categories is everybody's",
    "category_id": "the tree of categories is everybody's",
    "parent_id": "the tree of categories is everybody's",
    "key": "what is required of vendors is everybody's to know",
    "mail": "mails are the operators'",
    "provider": "providers of log-ins and payments are settings",
    "file": "demo pictures are everybody's",
    "offer_id": "what is for sale is everybody's",
    "published_offer": "what is for sale is everybody's",
    "totp_code": "a code is tried on the secret of who sends it",
}
"""What belongs to no vendor and no account, so that it cannot be foreign, and why."""


@dataclass(frozen=True)
class Entry:
    """How the matrix asks one operation.

    Attributes:
        audience: who is let in by its guard.
        body: an acceptable one, with `{names}` of things; by default `asking.REQUESTS` has it.
        query: what it cannot be asked without, beside ids.
        named: where a parameter is called like another operation's, the thing that is meant.
        version: what If-Match names, a number or a thing; by default `asking.REQUESTS` has it.
        needs: what has to be there besides, so that the rightful caller is answered with success.
        vendor: the state in which the vendor has to be, or that there is none.
        is_alone: whether its success spoils the vendor or its people for other operations, so that
            it needs some of its own.
        is_apart: whether already what it needs does.
        rightful: who asks with success; None where nobody can without more than the matrix has.
        hidden: of a public question, things in the place of its id that it shows to nobody.
        tells: whether the answer to the rightful caller tells something that is theirs alone.
        others: what others who are let in are told of a thing that is not theirs.
        is_secret: whether the id is a secret, so that nobody can look for one that is there.
        seen_by: whom nothing is foreign to.
        themselves: who is let in only because the thing is their own.
    """

    audience: Audience
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)
    version: int | str | None = None
    needs: tuple[str, ...] = ()
    vendor: str = "approved"
    is_alone: bool = False
    is_apart: bool = False
    rightful: Kind | None = Kind.OWNER
    hidden: tuple[str, ...] = ()
    tells: bool = True
    others: int = 404
    is_secret: bool = False
    seen_by: frozenset[Kind] = frozenset()
    themselves: frozenset[Kind] = frozenset()


def of_operators(**given: Any) -> Entry:
    return Entry(operators(), **{"rightful": Kind.OPERATOR, "tells": False, **given})


def public(**given: Any) -> Entry:
    """For everybody; the right to it, if it needs one, is a secret that the body shows."""
    return Entry(anybody(), **{"rightful": None, "tells": False, **given})


ABOUT_PLAZA = {
    name: public(rightful=Kind.OWNER)
    for name in (
        *("getWelcome", "getVersion", "getHealth", "getLiveness", "getReadiness", "getMetrics"),
        "getSigningKeys",
    )
}

IDENTITY = {
    "registerAccount": public(),
    "verifyEmail": public(),
    "requestVerification": public(),
    "requestPasswordReset": public(),
    "resetPassword": public(),
    "logIn": public(),
    "refreshSession": public(),
    "startOidcLogin": public(),
    "finishOidcLogin": public(),
    "getAccount": Entry(accounts()),
    "changeAccount": Entry(accounts(), version="account_version"),
    "changePassword": Entry(
        accounts(),
        {"current_password": PASSWORD, "new_password": NEW_PASSWORD},
        vendor=NO_VENDOR,
        is_alone=True,
    ),
    "exportAccount": Entry(accounts()),
    "eraseAccount": Entry(accounts(), {"password": PASSWORD}, vendor=NO_VENDOR, is_alone=True),
    "getTotp": Entry(accounts(), tells=False),
    "enrolTotp": Entry(accounts(), {"password": PASSWORD}, vendor=NO_VENDOR, is_apart=True),
    "confirmTotp": Entry(accounts(), {"code": "{totp_code}"}, vendor=NO_VENDOR, is_apart=True),
    "removeTotp": Entry(
        accounts(), {"password": PASSWORD}, needs=("totp_on",), vendor=NO_VENDOR, is_apart=True
    ),
    "listSessions": Entry(accounts(), needs=("session",)),
    "revokeSession": Entry(accounts()),
    "logOut": Entry(accounts(), vendor=NO_VENDOR, is_alone=True),
}

VENDORS = {
    "applyAsVendor": Entry(accounts()),
    "listMemberships": Entry(accounts(), needs=("applied",)),
    "listVendors": public(rightful=Kind.OWNER),
    "getVendor": public(
        rightful=Kind.OWNER,
        named={"name": "slug"},
        hidden=("applied_slug", "applied_vendor"),
    ),
    "changeVendor": Entry(members("owner", "manager"), {"name": "Mine"}, version="vendor_version"),
    "pauseVendor": Entry(members("owner", "manager"), is_alone=True),
    "resumeVendor": Entry(members("owner", "manager"), vendor="paused", is_alone=True),
    "closeVendor": Entry(members("owner", also=OPERATORS_TOO), is_alone=True),
    "approveVendor": of_operators(vendor="applied", is_alone=True),
    "rejectVendor": of_operators(vendor="applied", is_alone=True),
    "suspendVendor": of_operators(is_alone=True),
    "reinstateVendor": of_operators(vendor="suspended", is_alone=True),
    "submitVendor": Entry(members("owner"), vendor="onboarding", is_alone=True),
    "getVendorStanding": Entry(members(*ALL, key=True)),
    "listVendorAnswers": Entry(members(*ALL, also=OPERATORS_TOO), needs=("answer", "other_key")),
    "answerVendorRequirement": Entry(members("owner", "manager")),
    "inviteVendor": of_operators(),
    "inviteOwner": of_operators(named={"vendor": "invited_vendor"}),
    "listVendorApplications": of_operators(tells=True),
    "createVendorRequirement": of_operators(body=A_REQUIREMENT),
    "listVendorRequirements": of_operators(),
    "removeVendorRequirement": of_operators(),
}

PEOPLE_OF_VENDORS = {
    "inviteMember": Entry(members("owner")),
    "listMembers": Entry(members("owner", "manager")),
    "changeMemberRole": Entry(members("owner"), is_alone=True),
    # The thing `account` is the staff's own.
    "removeMember": Entry(
        members("owner", "staff"), themselves=frozenset({Kind.STAFF}), is_alone=True
    ),
    "listInvitations": Entry(members("owner"), needs=("invitation",)),
    "revokeInvitation": Entry(members("owner")),
    # The token is a secret of a mail: who holds another's is told whose it is not.
    "acceptInvitation": Entry(
        accounts(), {"token": "{invitation_token}"}, others=403, is_secret=True, is_apart=True
    ),
    "createApiKey": Entry(members("owner")),
    "listApiKeys": Entry(members("owner"), needs=("api_key", "other_api_key")),
    "revokeApiKey": Entry(members("owner")),
}

GOODS = {
    "createCategory": of_operators(),
    "changeCategory": of_operators(),
    "listCategories": public(rightful=Kind.OWNER),
    "createProduct": Entry(members(*ALL, key=True)),
    "changeProduct": Entry(members(*ALL, key=True)),
    # What it publishes is for all eyes from then on.
    "publishProduct": Entry(members(*ALL, key=True), is_alone=True),
    "unpublishProduct": Entry(members(*ALL, key=True), named={"product": "published_product"}),
    "createOffer": Entry(members(*ALL, key=True), named={"variant": "free_variant"}),
    "changeOffer": Entry(members(*ALL, key=True)),
    "withdrawOffer": Entry(members(*ALL, key=True)),
    "listStock": Entry(members(*ALL, key=True), needs=("shelved",)),
    "listStockMovements": Entry(
        members(*ALL, key=True), named={"offer": "counted_offer"}, needs=("counted_offer",)
    ),
    "listLocations": Entry(members(*ALL, key=True), needs=("location", "product")),
    "setStock": Entry(members(*ALL, key=True), {"on_hand": 9, "location_id": "{location}"}),
    "adjustStock": Entry(
        members(*ALL, key=True),
        {"delta": 1, "reason": "found", "location_id": "{location}"},
    ),
    "changeStocking": Entry(members(*ALL, key=True)),
    "createLocation": Entry(members(*ALL, key=True)),
    "listVendorProducts": Entry(members(*ALL, key=True), needs=("product", "published_product")),
    "getVendorProduct": Entry(members(*ALL, key=True)),
    "listProducts": public(rightful=Kind.OWNER, needs=("product", "published_product")),
    "getProduct": public(
        rightful=Kind.OWNER,
        named={"product": "published_product"},
        hidden=("product", "product_slug"),
    ),
    "suggestProducts": public(
        rightful=Kind.OWNER, query={"q": "Oak"}, needs=("product", "published_product")
    ),
    "listBestsellers": public(rightful=Kind.OWNER, needs=("ordered_line",)),
    "getDemoPicture": public(
        rightful=Kind.OWNER, named={"category": "picture_category", "file": "picture_file"}
    ),
}

A_LINE = {"offer_id": "{published_offer}", "quantity": 1}
A_COMPLETION = {
    "expected_total": {"amount_minor": 4900, "currency": "GBP"},
    "payment": {"provider": "sandbox", "token": "tok_approve"},
}
CARTS = {
    "createCart": Entry(shoppers_without_cart(), rightful=None, tells=False),
    "listCarts": Entry(accounts(), needs=("cart", "other_cart"), tells=False),
    "getCart": Entry(shoppers()),
    "addCartLine": Entry(shoppers(), A_LINE),
    "addCartLines": Entry(shoppers(), {"lines": [A_LINE]}),
    "changeCartLine": Entry(shoppers()),
    "removeCartLine": Entry(shoppers(), is_apart=True),
    "setCartAddress": Entry(shoppers()),
    "claimCart": Entry(accounts()),
    "completeCart": Entry(shoppers(), A_COMPLETION, tells=False),
    "listAddresses": Entry(accounts(), needs=("address", "other_address")),
    "addAddress": Entry(accounts()),
    "changeAddress": Entry(accounts()),
    "removeAddress": Entry(accounts(), is_apart=True),
    "setDefaultAddress": Entry(accounts()),
}
"""A guest with the cart's own secret: test_guests.py."""

A_CANCELLATION = {"lines": [{"line_id": "{ordered_line}", "quantity": 1}]}
ORDERS = {
    "listOrders": Entry(accounts(), needs=("order", "other_order")),
    "getOrder": Entry(shoppers()),
    "continuePayment": Entry(shoppers(), named={"order": "waiting_order"}, tells=False),
    "cancelOrder": Entry(shoppers(), tells=False),
    "listVendorOrders": Entry(members(*ALL, key=True), needs=("order", "other_order")),
    "getVendorOrder": Entry(members(*ALL, key=True)),
    "acceptVendorOrder": Entry(members(*ALL, key=True)),
    "declineVendorOrder": Entry(members(*ALL, key=True)),
    "cancelVendorOrder": Entry(
        members(*ALL, key=True), A_CANCELLATION, named={"vendor_order": "accepted_vendor_order"}
    ),
    "listPayments": of_operators(),
    "capturePayment": of_operators(named={"payment": "awaited_transfer"}),
    "voidPayment": of_operators(named={"payment": "payment_put_aside"}),
    "receivePaymentWebhook": public(),
    "eraseOrderAddress": of_operators(is_alone=True),
}

OPERATIONS = {
    "getCommand": Entry(callers(), tells=False, seen_by=OPERATORS_TOO),
    "listAuditEntries": of_operators(),
    "listVendorAuditEntries": Entry(members("owner"), needs=("product",), tells=False),
    "listMails": of_operators(),
    "retryMail": of_operators(),
    "listProjections": of_operators(),
    "listParked": of_operators(),
    "retryParked": of_operators(rightful=None),
    # Nothing is parked, as long as all goes well.
    "skipParked": of_operators(rightful=None),
    "rebuildProjection": of_operators(body={"vendor_id": "{vendor}"}, is_alone=True),
    # There is another build only after a rebuild.
    "switchProjection": of_operators(rightful=None),
    "rollbackProjection": of_operators(rightful=None),
}

ENTRIES: dict[str, Entry] = {
    **ABOUT_PLAZA,
    **IDENTITY,
    **VENDORS,
    **PEOPLE_OF_VENDORS,
    **GOODS,
    **CARTS,
    **ORDERS,
    **OPERATIONS,
}

OWNED = [name for name, entry in ENTRIES.items() if Kind.ANONYMOUS not in entry.audience.lets_in]
"""The operations on what belongs to somebody."""
