"""What is really answered is what the document tells."""

import re
from typing import Any
from uuid import uuid4

import httpx

from actors import PASSWORD, Marketplace, Vendor, a_variant
from contract.fitting import followed, misfits
from contract.test_document import operations


class Witness:
    """Compares each answer with the document, and remembers whose successes it saw."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self.seen: set[str] = set()

    async def __call__(self, answer: httpx.Response) -> None:
        await answer.aread()
        operation = self._operation_of(answer.request)
        told = operation["responses"].get(str(answer.status_code))
        assert told is not None, f"{operation['operationId']}: {answer.status_code} is not told"
        told = followed(told["$ref"], self._document) if "$ref" in told else told
        if "content" in told:
            (media_type,) = told["content"]
            assert answer.headers["content-type"].startswith(media_type)
            self._compare(answer, told["content"][media_type]["schema"])
        if answer.is_success:
            self.seen.add(operation["operationId"])
            assert {header.lower() for header in told["headers"]} <= _with_token(answer)

    def _compare(self, answer: httpx.Response, schema: dict[str, Any]) -> None:
        if "json" not in answer.headers["content-type"]:
            return
        found = list(misfits(answer.json(), schema, self._document))
        if answer.is_error:
            # Some codes have further members.
            found = [misfit for misfit in found if not misfit.endswith("is not told")]
        assert found == [], answer.request.url

    def _operation_of(self, request: httpx.Request) -> dict[str, Any]:
        """The operation of the most specific path that fits."""
        fitting = [
            (path.count("{"), operation)
            for path, method, operation in operations(self._document)
            if method == request.method.lower()
            and re.fullmatch(re.sub("{[a-z_]+}", "[^/]+", path), request.url.path)
        ]
        return min(fitting, key=lambda found: found[0])[1]


def _with_token(answer: httpx.Response) -> set[str]:
    """Headers; a command that changed nothing names no change."""
    return {*answer.headers.keys(), "plaza-consistency"}


async def test_every_operation_answers_what_is_told(
    marketplace: Marketplace, document: dict[str, Any]
) -> None:
    witness = Witness(document)
    operator = await marketplace.operator()
    vendor = await marketplace.a_vendor()
    people = [marketplace.anybody, operator, vendor]
    for person in people:
        person.client.event_hooks["response"].append(witness)

    try:
        await sell(vendor, await make_category(operator))
        await move_vendors(marketplace, operator, vendor)
        await sign_in(marketplace)
        await look_around(marketplace, operator)
        await be_refused(marketplace, vendor)
    finally:
        for person in people:
            person.client.event_hooks["response"].remove(witness)

    told = {operation["operationId"] for _, _, operation in operations(document)}
    assert told - witness.seen == set()


async def make_category(operator: Any) -> str:
    name = uuid4().hex
    made = (await operator.post("/v1/categories", {"name": name, "slug": name})).json()
    await operator.patch(f"/v1/categories/{made['id']}", {"rank": 3}, version=1)
    child = {"name": name, "slug": f"{name}-2", "parent_id": made["id"]}
    category_id: str = (await operator.post("/v1/categories", child)).json()["id"]
    return category_id


async def sell(vendor: Vendor, category_id: str) -> None:
    compared = {"amount_minor": 9900, "currency": "GBP"}
    created = await vendor.lists_product(
        category_id=category_id,
        brand="Plain",
        attributes={"Wood": "oak"},
        options=["Size"],
        media=[{"url": "/media/demo/aprons-kitchen-textiles/1.svg", "alt": "A chair"}],
        variants=[
            a_variant(option_values={"Size": "S"}, compare_at_price=compared, sku="S-1"),
            a_variant(option_values={"Size": "L"}, barcode="4006381333931", weight_grams=900),
        ],
    )
    product = f"{vendor.path}/products/{created['id']}"
    first, second = created["variants"]
    offer = f"{vendor.path}/offers/{first['offer_id']}"
    await vendor.patch(offer, {"price": {"amount_minor": 5, "currency": "GBP"}}, version=1)
    await vendor.client.put(f"{offer}/stock", json={"on_hand": 7})
    await vendor.post(f"{offer}/stock/adjust", {"delta": -1, "reason": "broken"})
    withdrawn = f"{vendor.path}/offers/{second['offer_id']}"
    await vendor.client.delete(withdrawn, headers={"if-match": '"1"'})
    await vendor.post(f"{vendor.path}/offers", {"variant_id": second["id"], **a_variant(stock=1)})
    await vendor.patch(product, {"title": "Oak chair, oiled"}, version=2)
    await vendor.get(product)
    await vendor.get(f"{vendor.path}/products", params={"limit": 1})
    for path in (f"/v1/products/{created['id']}", "/v1/products", "/v1/categories", "/v1/vendors"):
        await vendor.get(path)
    await vendor.get(f"/v1/vendors/{vendor.slug}")
    await vendor.post(f"{product}/unpublish")


async def move_vendors(marketplace: Marketplace, operator: Any, vendor: Vendor) -> None:
    application = {
        "name": "Another",
        "slug": f"another-{uuid4().hex}",
        "country": "GB",
        "currency": "GBP",
        "contact_email": "hello@another.example",
    }
    applied = (await operator.post("/v1/vendors", application)).json()
    await operator.post(f"/v1/vendors/{applied['id']}/reject", {"reason": "no goods"})
    other = await marketplace.an_applicant()
    await operator.post(f"{other.path}/approve")
    await operator.post(f"{other.path}/suspend", {"reason": "late parcels"})
    await operator.post(f"{other.path}/reinstate")
    await operator.post(f"{vendor.path}/close")


async def sign_in(marketplace: Marketplace) -> None:
    form = {"email": f"{uuid4().hex}@plaza.example", "password": PASSWORD}
    anybody = marketplace.anybody
    await anybody.post("/v1/accounts", {**form, "name": "Somebody"})
    tokens = (await anybody.post("/v1/sessions", form)).json()
    await anybody.post("/v1/sessions/refresh", {"refresh_token": tokens["refresh_token"]})
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    await anybody.get("/v1/account", headers=bearer)


async def look_around(marketplace: Marketplace, operator: Any) -> None:
    for path in ("/", "/version", "/health", "/health/live", "/metrics"):
        await marketplace.anybody.get(path)
    await marketplace.anybody.get("/media/demo/aprons-kitchen-textiles/1.svg")
    await operator.get("/v1/operations/projections")

    async def ready() -> bool:
        return (await marketplace.anybody.get("/health/ready")).status_code == 200

    await marketplace.until(ready)


async def be_refused(marketplace: Marketplace, vendor: Vendor) -> None:
    """Refusals fit too: each of these is told by its operation."""
    offer = f"{vendor.path}/offers/{uuid4()}"
    price = {"price": {"amount_minor": 1, "currency": "GBP"}}
    anybody = marketplace.anybody
    await anybody.post("/v1/sessions", {"email": "nobody@plaza.example", "password": "wrong one"})
    await anybody.get("/v1/products", params={"limit": 0})
    await anybody.get("/v1/products", headers={"accept": "text/html"})
    await anybody.get("/v1/products/nothing")
    await anybody.get("/v1/account")
    await vendor.post("/v1/categories", {"name": "Mine"})
    await vendor.post(f"{vendor.path}/products", {"title": ""})
    await vendor.patch(offer, price)
    await vendor.patch(offer, price, version=1)
    created = await vendor.creates_product()
    own = f"{vendor.path}/offers/{created['variants'][0]['offer_id']}"
    await vendor.patch(own, price)
    await vendor.patch(own, price, version=9)
    await vendor.patch(own, {"price": {"amount_minor": 1, "currency": "XQX"}}, version=1)
    await vendor.post(f"{vendor.path}/products/{created['id']}/unpublish")
    await vendor.client.post("/v1/sessions", content=b"{}")
