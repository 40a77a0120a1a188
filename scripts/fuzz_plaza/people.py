"""Who the fuzz calls as, and what belongs to them: made over HTTP before each turn."""

import time
from collections.abc import Mapping
from secrets import token_hex, token_urlsafe
from typing import Any, Self

import httpx
import msgspec

from fuzz_plaza.own_plaza import OPERATOR_EMAIL, Plaza

PRODUCTS = 6
SPARE_VENDORS = 4
TIMEOUT_S = 30
MEMBERSHIP_TIMEOUT_S = 5
MEMBERSHIP_INTERVAL_S = 0.1
PRICE = {"amount_minor": 1999, "currency": "GBP"}


class Person(msgspec.Struct, frozen=True):
    name: str
    email: str
    password: str


class Shop(msgspec.Struct, frozen=True):
    """A vendor that keeps selling while a turn goes on, and what it has."""

    vendor: str
    products: list[str]
    variants: list[str]
    offers: list[str]


class Belongings(msgspec.Struct, frozen=True):
    """What the requests of a turn may name."""

    shop: Shop
    spare_vendors: list[str]
    """Vendors of the same owner, for the operations that end one."""
    categories: list[str]
    consistency_token: str


class Desk:
    """Somebody who is logged in."""

    def __init__(self, client: httpx.Client, token: str) -> None:
        self._client = client
        self._headers = {"authorization": f"Bearer {token}"}
        self.last_token = ""

    @classmethod
    def of(cls, client: httpx.Client, person: Person) -> Self:
        form = {"email": person.email, "password": person.password}
        return cls(client, _checked(client.post("/v1/sessions", json=form))["access_token"])

    def await_membership(self, vendor: str) -> None:
        """Return when this owner's membership is known; it is looked up once a second."""
        deadline_s = time.monotonic() + MEMBERSHIP_TIMEOUT_S
        path = f"/v1/vendors/{vendor}/products"
        while not (answer := self._client.get(path, headers=self._headers)).is_success:
            if time.monotonic() > deadline_s:
                raise CannotPrepare(f"{path}: {answer.text}")
            time.sleep(MEMBERSHIP_INTERVAL_S)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = self._client.post(path, json=body, headers=self._headers)
        self.last_token = answer.headers.get("plaza-consistency", self.last_token)
        return _checked(answer)


class People:
    """The operator, and two new vendor owners who may not see each other's things."""

    def __init__(self, plaza: Plaza) -> None:
        self._client = httpx.Client(base_url=plaza.origin, timeout=TIMEOUT_S, trust_env=False)
        self.operator = Person("operator", OPERATOR_EMAIL, plaza.operator_password)
        self.owner = self._register("owner")
        self.rival = self._register("rival")

    def belongings_of(self, person: Person) -> Belongings:
        """Open a shop for somebody, filled, and approved by the operator."""
        operator, desk = Desk.of(self._client, self.operator), Desk.of(self._client, person)
        category = operator.post("/v1/categories", _named("Chairs"))["id"]
        shop = self._open_shop(operator, desk, category)
        spare_vendors = [self._open_vendor(operator, desk) for _ in range(SPARE_VENDORS)]
        return Belongings(shop, spare_vendors, [category], desk.last_token)

    def key_of(self, person: Person, vendor: str, scopes: list[str]) -> str:
        """The secret of a new API key of a vendor."""
        desk = Desk.of(self._client, person)
        wanted = {"name": "fuzz", "scopes": scopes}
        secret: str = desk.post(f"/v1/vendors/{vendor}/api-keys", wanted)["secret"]
        return secret

    def _register(self, name: str) -> Person:
        person = Person(name, f"{name}-{token_hex(6)}@plaza.example", token_urlsafe(24))
        form = {"email": person.email, "password": person.password, "name": name}
        _checked(self._client.post("/v1/accounts", json=form))
        return person

    def _open_vendor(self, operator: Desk, desk: Desk) -> str:
        application = {
            **_named("Fuzz"),
            "country": "GB",
            "currency": "GBP",
            "contact_email": "hello@plaza.example",
        }
        vendor: str = desk.post("/v1/vendors", application)["id"]
        operator.post(f"/v1/vendors/{vendor}/approve")
        return vendor

    def _open_shop(self, operator: Desk, desk: Desk, category: str) -> Shop:
        shop = Shop(self._open_vendor(operator, desk), [], [], [])
        desk.await_membership(shop.vendor)
        for number in range(PRODUCTS):
            created = desk.post(f"/v1/vendors/{shop.vendor}/products", _product(number, category))
            shop.products.append(created["id"])
            for variant in created["variants"]:
                shop.variants.append(variant["id"])
                shop.offers.append(variant["offer_id"])
            if number % 2:
                desk.post(f"/v1/vendors/{shop.vendor}/products/{created['id']}/publish")
        return shop


def _product(number: int, category: str) -> dict[str, Any]:
    return {
        "title": f"Chair {number}",
        "category_id": category,
        "options": ["Wood"],
        "variants": [
            {"option_values": {"Wood": wood}, "price": PRICE, "stock": 100}
            for wood in ("Oak", "Ash")
        ],
    }


def _named(name: str) -> dict[str, str]:
    return {"name": name, "slug": f"{name.lower()}-{token_hex(6)}"}


def _checked(answer: httpx.Response) -> Any:
    """The body of a success.

    Raises:
        CannotPrepare: it was refused.
    """
    if not answer.is_success:
        raise CannotPrepare(f"{answer.request.method} {answer.url}: {answer.text}")
    return answer.json()


class CannotPrepare(Exception):  # noqa: N818  the sentence is shown to whoever runs the fuzz
    """What the fuzz needs could not be made."""
