"""What a vendor does on its way to the first sale, over HTTP."""

import msgspec

from actors import Marketplace, Vendor, a_variant


async def test_a_product_shows_in_the_listing_after_it_is_published(
    marketplace: Marketplace,
) -> None:
    vendor = await marketplace.a_vendor()
    created = await vendor.lists_product(title="Walnut desk")

    listed = await marketplace.anybody.get(
        "/v1/products",
        params={"vendor": vendor.slug},
        headers={"plaza-consistency": created["token"]},
    )

    assert listed.status_code == 200
    (item,) = listed.json()["items"]
    assert item["id"] == created["id"]
    assert item["title"] == "Walnut desk"
    assert item["price"] == {"amount_minor": 4900, "currency": "GBP"}
    assert item["in_stock"] is True
    assert item["vendor"]["slug"] == vendor.slug


async def test_a_draft_is_not_listed_but_its_vendor_sees_it(marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()
    created = await vendor.creates_product()

    own = await vendor.get(f"{vendor.path}/products")
    page = await marketplace.anybody.get(f"/v1/products/{created['id']}")

    assert [item["status"] for item in own.json()["items"]] == ["draft"]
    assert page.status_code == 404


async def test_a_changed_price_is_seen_by_the_vendor_at_once(marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()
    created = await vendor.lists_product()
    offer_id = created["variants"][0]["offer_id"]

    price = {"amount_minor": 3100, "currency": "GBP"}
    changed = await vendor.patch(f"{vendor.path}/offers/{offer_id}", {"price": price}, version=1)
    own = await vendor.get(f"{vendor.path}/products/{created['id']}")

    assert changed.status_code == 200
    assert changed.json()["version"] == 2
    assert own.json()["offers"][0]["prices"][0]["price"] == price


async def test_two_vendors_of_a_product_each_list_it_at_their_own_price(
    marketplace: Marketplace,
) -> None:
    cheap, dear = await marketplace.a_vendor(), await marketplace.a_vendor()
    product = await cheap.lists_product()
    price = {"amount_minor": 5900, "currency": "GBP"}
    form = {"variant_id": product["variants"][0]["id"], "price": price, "stock": 1}
    offer = await dear.post(f"{dear.path}/offers", form)
    path, token = f"{dear.path}/offers/{offer.json()['id']}", offer.headers["plaza-consistency"]

    first = await shown_by(marketplace, dear, token)
    others = await shown_by(marketplace, cheap, token)
    price = {"amount_minor": 6900, "currency": "GBP"}
    changed = await dear.patch(path, {"price": price}, version=1)
    second = await shown_by(marketplace, dear, changed.headers["plaza-consistency"])
    withdrawn = await dear.client.delete(path, headers={"if-match": '"2"'})
    third = await shown_by(marketplace, dear, withdrawn.headers["plaza-consistency"])

    assert (first, second, third) == ([(product["id"], 5900)], [(product["id"], 6900)], [])
    assert others == [(product["id"], 4900)]


async def shown_by(marketplace: Marketplace, vendor: Vendor, token: str) -> list[tuple[str, int]]:
    """What the listing shows of a vendor, asked often enough to be kept by whoever keeps it."""
    asked = {"params": {"vendor": vendor.slug}, "headers": {"plaza-consistency": token}}
    answers = [await marketplace.anybody.get("/v1/products", **asked) for _ in range(3)]
    (body,) = {answer.text for answer in answers}
    items = msgspec.json.decode(body)["items"]
    return [(item["id"], item["price"]["amount_minor"]) for item in items]


async def test_a_suspended_vendor_vanishes_and_comes_back(marketplace: Marketplace) -> None:
    vendor, operator = await marketplace.a_vendor(), await marketplace.operator()
    created = await vendor.lists_product()

    suspended = await operator.post(f"{vendor.path}/suspend", {"reason": "late parcels"})
    token = {"plaza-consistency": suspended.headers["plaza-consistency"]}
    gone = [
        (await marketplace.anybody.get(path, headers=token)).status_code
        for path in (f"/v1/products/{created['id']}", f"/v1/vendors/{vendor.slug}")
    ]
    listing = {"vendor": vendor.slug}
    hidden = await marketplace.anybody.get("/v1/products", params=listing, headers=token)
    reinstated = await operator.post(f"{vendor.path}/reinstate")
    token = {"plaza-consistency": reinstated.headers["plaza-consistency"]}
    back = await marketplace.anybody.get(f"/v1/products/{created['id']}", headers=token)

    assert gone == [404, 404]
    assert hidden.json()["items"] == []
    assert back.status_code == 200


async def test_the_offers_of_a_closed_vendor_are_withdrawn(marketplace: Marketplace) -> None:
    vendor, operator = await marketplace.a_vendor(), await marketplace.operator()
    variants = [a_variant(option_values={"Number": str(n)}) for n in range(60)]
    created = await vendor.lists_product(options=["Number"], variants=variants)

    closed = await operator.post(f"{vendor.path}/close", {"reason": "retired"})

    assert closed.status_code == 200
    await marketplace.until(lambda: all_withdrawn(vendor, created["id"]))


async def all_withdrawn(vendor: Vendor, product_id: str) -> bool:
    own = await vendor.get(f"{vendor.path}/products/{product_id}")
    return {offer["status"] for offer in own.json()["offers"]} == {"withdrawn"}
