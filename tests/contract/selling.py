"""What vendors do, from applying to selling and leaving, seen by a witness."""

from typing import Any
from uuid import uuid4

from actors import Marketplace, Vendor, a_variant
from contexts.vendors.people import a_verified_person, invited, token_of
from writing.watching import watching


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
    await vendor.patch(f"{offer}/stocking", {"buckets": 2}, version=1)
    await vendor.post(f"{vendor.path}/locations", {"name": "Warehouse"})
    for path in (f"{vendor.path}/stock", f"{offer}/stock/movements", f"{vendor.path}/locations"):
        await vendor.get(path, params={"limit": 1})
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


async def work_together(marketplace: Marketplace, operator: Any, vendor: Vendor) -> None:
    """What vendors do about themselves, and about who works for them."""
    anybody, path = marketplace.anybody, vendor.path
    await vendor.patch(path, {"slug": f"{vendor.slug}-new", "description": "Oak."}, version=2)
    await vendor.get(f"/v1/vendors/{vendor.slug}")
    await vendor.post(f"{path}/pause", {"until": None})
    await vendor.post(f"{path}/resume")
    await vendor.get(f"{path}/standing")
    async with watching(marketplace.settings) as database:
        person = await a_verified_person(marketplace, database)
    taken_back = await invited(vendor, f"{uuid4().hex}@plaza.example")
    await vendor.client.delete(f"{path}/invitations/{taken_back['id']}")
    token = token_of(marketplace, (await invited(vendor, person.email))["id"])
    bearer = {"headers": dict(person.client.headers)}
    await anybody.post("/v1/invitations/accept", {"token": token}, **bearer)
    await anybody.post("/v1/invitations/accept", {"token": "made up"}, **bearer)
    listed = (await vendor.get(f"{path}/members")).json()["items"]
    await vendor.get(f"{path}/invitations")
    await vendor.patch(f"{path}/members/{listed[-1]['id']}", {"role": "manager"})
    await vendor.client.delete(f"{path}/members/{listed[-1]['id']}")
    await vendor.client.delete(f"{path}/members/{listed[0]['id']}")
    key = {"name": "Warehouse", "scopes": ["inventory:write"]}
    created = (await vendor.post(f"{path}/api-keys", key)).json()
    await vendor.get(f"{path}/api-keys")
    await vendor.client.delete(f"{path}/api-keys/{created['id']}")
    await come_in(marketplace, operator)


async def come_in(marketplace: Marketplace, operator: Any) -> None:
    """What is required of vendors, and what they answer."""
    key, required = f"key_{uuid4().hex}", "/v1/operations/vendor-requirements"
    await operator.post(required, {"key": key, "label": "Company number"})
    applicant = await marketplace.an_applicant()
    bearer: dict[str, Any] = {"headers": dict(applicant.client.headers)}
    await marketplace.anybody.post(f"{applicant.path}/submit", **bearer)
    await marketplace.anybody.client.put(
        f"{applicant.path}/requirements/{key}", json={"answer": "12345"}, **bearer
    )
    await marketplace.anybody.get(f"{applicant.path}/requirements", **bearer)
    await marketplace.anybody.post(f"{applicant.path}/submit", **bearer)
    await operator.get(required)
    await operator.client.delete(f"{required}/{key}")
    to_be = {"email": f"{key}@plaza.example"}
    invited = (await operator.post("/v1/operations/vendors/invite", to_be)).json()
    await operator.post(f"/v1/operations/vendors/{invited['id']}/invite", to_be)
    await operator.get("/v1/operations/vendors", params={"status": "applied", "limit": 1})


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
