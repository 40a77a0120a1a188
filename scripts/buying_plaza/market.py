"""Vendors with goods to sell, opened over HTTP by an operator and an owner."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from secrets import token_hex, token_urlsafe
from typing import Any, Self

import msgspec
from bench_plaza.keep_alive import Answer

from buying_plaza.caller import Caller

CURRENCY = "GBP"
PATIENCE_S = 30.0
SHOPS_AT_A_TIME = 4
MEMBERSHIP_POLLS_MAX = 100
MEMBERSHIP_INTERVAL_S = 0.1
SCOPES = [
    *("catalog:read", "catalog:write"),
    *("inventory:read", "inventory:write"),
    *("orders:read", "orders:write"),
]


class Ware(msgspec.Struct, frozen=True):
    """Something to be offered: one variant of a product."""

    title: str
    sku: str
    price_minor: int
    stock: int


class Session(msgspec.Struct, frozen=True):
    access_token: str


class Opened(msgspec.Struct, frozen=True):
    id: str


class CreatedVariant(msgspec.Struct, frozen=True):
    id: str
    offer_id: str


class CreatedProduct(msgspec.Struct, frozen=True):
    id: str
    variants: list[CreatedVariant]


class ApiKey(msgspec.Struct, frozen=True):
    secret: str


class Desk:
    """Somebody who is logged in, or a vendor's program, at a connection of its own.

    Attributes:
        token: the consistency token of the last command that succeeded here.
    """

    def __init__(self, caller: Caller, authorization: str) -> None:
        self.caller = caller
        self.authorization = authorization
        self.token = ""

    @classmethod
    async def of(cls, caller: Caller, email: str, password: str) -> Self:
        form = {"email": email, "password": password}
        answer = await caller.ask_until_answered(
            "POST", "/v1/sessions", form, patience_s=PATIENCE_S
        )
        return cls(caller, bearer(answer.document(Session).access_token))

    async def ask(self, method: str, path: str, document: object = None, **headers: str) -> Answer:
        """Ask until there is an answer; commands under a key that makes that harmless."""
        key = {} if method == "GET" else {"Idempotency_Key": token_urlsafe(24)}
        answer = await self.caller.ask_until_answered(
            method,
            path,
            document,
            patience_s=PATIENCE_S,
            Authorization=self.authorization,
            **key,
            **headers,
        )
        self.token = answer.headers.get("plaza-consistency", self.token)
        return answer

    async def post(self, path: str, document: Mapping[str, Any] | None = None) -> Answer:
        answer = await self.ask("POST", path, document)
        answer.check()
        return answer


def bearer(secret: str) -> str:
    return f"Bearer {secret}"


class Shop(msgspec.Struct):
    """A vendor that sells, and the program that works for it."""

    vendor_id: str
    desk: Desk
    products: list[str]
    offers: dict[str, str]
    """Offer ids by SKU."""

    @property
    def path(self) -> str:
        return f"/v1/vendors/{self.vendor_id}"


class Market:
    """An operator and the owner of all shops."""

    def __init__(self, port: int, operator: Desk, owner: Desk) -> None:
        self._port = port
        self._operator = operator
        self._owner = owner
        self._at_a_time = asyncio.Semaphore(SHOPS_AT_A_TIME)

    async def shops(self, shelves: Mapping[str, Iterable[Sequence[Ware]]]) -> list[Shop]:
        """Open a shop for each of the names, some at a time, and put its products on sale."""
        opening = (self._shop_in_turn(name, products) for name, products in shelves.items())
        return await asyncio.gather(*opening)

    @classmethod
    async def open(cls, port: int, operator_email: str, operator_password: str) -> Self:
        operator = await Desk.of(Caller(port), operator_email, operator_password)
        email, password = await new_account(Caller(port))
        return cls(port, operator, await Desk.of(Caller(port), email, password))

    async def shop(self, name: str, products: Iterable[Sequence[Ware]]) -> Shop:
        """Open a shop and put its products on sale, each with its wares as variants."""
        vendor_id = await self._vendor(name)
        await self._await_membership(vendor_id)
        path = f"/v1/vendors/{vendor_id}"
        form = {"name": "harness", "scopes": SCOPES}
        secret = (await self._owner.post(f"{path}/api-keys", form)).document(ApiKey).secret
        shop = Shop(vendor_id, Desk(Caller(self._port), bearer(secret)), [], {})
        for wares in products:
            await self._publish(shop, wares)
        return shop

    async def _shop_in_turn(self, name: str, products: Iterable[Sequence[Ware]]) -> Shop:
        async with self._at_a_time, Caller(self._port) as caller:
            owner = Desk(caller, self._owner.authorization)
            return await Market(self._port, self._operator, owner).shop(name, products)

    async def _vendor(self, name: str) -> str:
        application = {
            "name": name,
            "slug": f"shop-{token_hex(6)}",
            "country": "GB",
            "currency": CURRENCY,
            "contact_email": "hello@plaza.example",
        }
        vendor_id = (await self._owner.post("/v1/vendors", application)).document(Opened).id
        await self._operator.post(f"/v1/vendors/{vendor_id}/approve")
        return vendor_id

    async def _await_membership(self, vendor_id: str) -> None:
        """Return when the owner's membership is known; it is looked up once a second."""
        for _ in range(MEMBERSHIP_POLLS_MAX):
            answer = await self._owner.ask("GET", f"/v1/vendors/{vendor_id}/products")
            if answer.succeeded:
                return
            await asyncio.sleep(MEMBERSHIP_INTERVAL_S)
        answer.check()

    async def _publish(self, shop: Shop, wares: Sequence[Ware]) -> None:
        product = {
            "title": wares[0].title,
            "options": ["Kind"],
            "variants": [
                {
                    "sku": ware.sku,
                    "option_values": {"Kind": ware.sku},
                    "price": {"amount_minor": ware.price_minor, "currency": CURRENCY},
                    "stock": ware.stock,
                }
                for ware in wares
            ],
        }
        answer = await self._owner.post(f"{shop.path}/products", product)
        created = answer.document(CreatedProduct)
        await self._owner.post(f"{shop.path}/products/{created.id}/publish")
        shop.products.append(created.id)
        for ware, variant in zip(wares, created.variants, strict=True):
            shop.offers[ware.sku] = variant.offer_id


async def split_stock(shop: Shop, offer_id: str, buckets: int) -> None:
    """Spread the stock of a new offer of the shop over so many rows."""
    path = f"{shop.path}/offers/{offer_id}/stocking"
    (await shop.desk.ask("PATCH", path, {"buckets": buckets}, If_Match='"1"')).check()


async def new_account(caller: Caller) -> tuple[str, str]:
    """Register somebody; their e-mail and password."""
    email, password = f"person-{token_hex(8)}@plaza.example", token_urlsafe(24)
    form = {"email": email, "password": password, "name": "Somebody"}
    answer = await caller.ask_until_answered("POST", "/v1/accounts", form, patience_s=PATIENCE_S)
    answer.check()
    return email, password
