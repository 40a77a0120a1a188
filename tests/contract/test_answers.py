"""What is really answered is what the document tells."""

import re
from typing import Any
from uuid import uuid4

import httpx

from actors import PASSWORD, Marketplace, Vendor, a_variant
from contexts.identity.links import mailed_token
from contract.buying import accept_orders, buy
from contract.fitting import followed, misfits
from contract.looking_at_orders import look_at_orders
from contract.operations import operations
from contract.paying import see_to_payments
from contract.rebuilding import rebuild_and_switch
from contract.selling import make_category, move_vendors, sell, work_together
from contract.shopping import fill_carts, keep_addresses
from contract.signing_in import log_in_elsewhere, use_cookies, use_second_factor
from writing.watching import watching

PARK_BY_HAND = """
    WITH parked AS (
        INSERT INTO projecting.parked (projection, build, document, key, position, retry_at, error)
        VALUES ('category_tree', 1, 'category_tree', gen_random_uuid(), 1, 'infinity', 'a bug')
        RETURNING *)
    INSERT INTO projecting.held_fact (projection, build, document, key, position)
    SELECT projection, build, document, key, position FROM parked RETURNING key
"""


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
        if answer.is_success or answer.status_code == httpx.codes.FOUND:
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
    # Where limits hold, and every answer says what is left.
    marketplace = marketplace.seen_from("198.51.100.7")
    witness = Witness(document)
    operator = await marketplace.operator()
    vendor, leaving = await marketplace.a_vendor(), await marketplace.a_vendor()
    people = [marketplace.anybody, operator, vendor, leaving]
    for person in people:
        person.client.event_hooks["response"].append(witness)

    try:
        await sell(vendor, await make_category(operator))
        await work_together(marketplace, operator, vendor)
        await move_vendors(marketplace, operator, leaving)
        await sign_in(marketplace)
        await see_to_account(marketplace)
        await use_second_factor(marketplace)
        await use_cookies(marketplace)
        await log_in_elsewhere(marketplace, witness, "198.51.100.8")
        await fill_carts(marketplace)
        await keep_addresses(marketplace)
        await buy(marketplace)
        # More log in than may from one address in a minute.
        marketplace = marketplace.seen_from("198.51.100.9")
        people.append(marketplace.anybody)
        marketplace.anybody.client.event_hooks["response"].append(witness)
        await accept_orders(marketplace, witness)
        await look_at_orders(marketplace, operator)
        await see_to_payments(marketplace, operator)
        await look_around(marketplace, operator)
        await see_to_mails(marketplace, operator)
        await see_to_parked(marketplace, operator)
        await rebuild_and_switch(marketplace, operator)
        await look_back(marketplace, operator, vendor)
        await be_refused(marketplace, vendor)
    finally:
        for person in people:
            person.client.event_hooks["response"].remove(witness)

    told = {operation["operationId"] for _, _, operation in operations(document)}
    assert told - witness.seen == set()


async def see_to_mails(marketplace: Marketplace, operator: Any) -> None:
    """Registering has queued some, and nobody sends here."""

    async def are_waiting() -> bool:
        listed = await operator.get("/v1/operations/mails", params={"status": "pending"})
        return bool(listed.json()["items"])

    await marketplace.until(are_waiting)
    mails = (await operator.get("/v1/operations/mails", params={"status": "pending"})).json()
    await operator.post(f"/v1/operations/mails/{mails['items'][0]['id']}/retry")


async def see_to_parked(marketplace: Marketplace, operator: Any) -> None:
    """Parked by hand: the follower, which has not done it, leaves it alone."""
    path = "/v1/operations/projections/category_tree/parked"
    async with watching(marketplace.settings) as database:
        key = str(await database.fetchval(PARK_BY_HAND))
        try:
            await operator.get(path)
            await operator.post(f"{path}/retry", {"key": key})
            skipped = {"document": "category_tree", "key": key, "reason": "It was told twice."}
            await operator.post(f"{path}/skip", skipped)
        finally:
            await database.execute("DELETE FROM projecting.parked WHERE key = $1", key)


async def sign_in(marketplace: Marketplace) -> None:
    form = {"email": f"{uuid4().hex}@plaza.example", "password": PASSWORD}
    anybody = marketplace.anybody
    await anybody.post("/v1/accounts", {**form, "name": "Somebody"})
    tokens = (await anybody.post("/v1/sessions", form)).json()
    await anybody.post("/v1/sessions/refresh", {"refresh_token": tokens["refresh_token"]})
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    await anybody.get("/v1/account", headers=bearer)


async def see_to_account(marketplace: Marketplace) -> None:
    """What people do with an account of theirs."""
    shopper, anybody = await marketplace.a_shopper(), marketplace.anybody
    email = shopper.email
    bearer: dict[str, Any] = {"headers": dict(shopper.client.headers)}
    await anybody.post("/v1/accounts/verification-mails", {"email": email})
    async with watching(marketplace.settings) as database:
        token = await mailed_token(marketplace, database, email, "verify_email")
    await anybody.post("/v1/accounts/verify", {"token": token})
    await anybody.post("/v1/accounts/verify", {"token": "made up"})
    await anybody.patch("/v1/account", {"name": "Ann"}, **bearer)
    await anybody.patch("/v1/account", {"name": "Ann"}, 2, **bearer)
    passwords = {"current_password": PASSWORD, "new_password": "another horse battery"}
    await anybody.post("/v1/account/password", passwords, **bearer)
    await anybody.post("/v1/account/password", passwords, **bearer)
    await anybody.get("/v1/account/export", **bearer)
    await leave(marketplace, str(email))


async def leave(marketplace: Marketplace, email: str) -> None:
    """Forget the password, end sessions, and have the account erased."""
    anybody = marketplace.anybody
    await anybody.post("/v1/password-resets", {"email": email})
    async with watching(marketplace.settings) as database:
        token = await mailed_token(marketplace, database, email, "reset_password")
    completed = {"token": token, "password": PASSWORD}
    await anybody.post("/v1/password-resets/complete", completed)
    _, other, last = [await marketplace.logged_in(email) for _ in range(3)]
    bearer: dict[str, Any] = {"headers": dict(last.client.headers)}
    listed = (await anybody.get("/v1/sessions", **bearer)).json()["items"]
    await anybody.client.delete(f"/v1/sessions/{listed[-1]['id']}", **bearer)
    await anybody.client.delete("/v1/sessions/current", headers=other.client.headers)
    await anybody.post("/v1/account/erase", {}, **bearer)
    await anybody.post("/v1/account/erase", {"password": PASSWORD}, **bearer)


async def look_around(marketplace: Marketplace, operator: Any) -> None:
    for path in ("/", "/version", "/health", "/health/live", "/metrics"):
        await marketplace.anybody.get(path)
    await marketplace.anybody.get("/v1/products/suggest", params={"q": "oak"})
    await marketplace.anybody.get("/v1/products/suggest")
    await marketplace.anybody.get("/v1/products/bestsellers", params={"limit": 5})
    await marketplace.anybody.get("/v1/products/bestsellers", params={"category": "nothing"})
    await marketplace.anybody.get("/media/demo/aprons-kitchen-textiles/1.svg")
    await operator.get("/v1/operations/projections")

    async def ready() -> bool:
        return (await marketplace.anybody.get("/health/ready")).status_code == 200

    await marketplace.until(ready)


async def look_back(marketplace: Marketplace, operator: Any, vendor: Vendor) -> None:
    """Who did what, and with which keys it was signed."""
    created = await vendor.post(
        f"{vendor.path}/products", {"title": "Mug", "variants": [a_variant()]}
    )
    await vendor.get(f"/v1/commands/{created.headers['plaza-command']}")
    await vendor.get(f"{vendor.path}/audit")
    await operator.get("/v1/operations/audit?outcome=applied")
    await marketplace.anybody.get("/.well-known/jwks.json")


async def be_refused(marketplace: Marketplace, vendor: Vendor) -> None:
    """Refusals fit too: each of these is told by its operation."""
    offer = f"{vendor.path}/offers/{uuid4()}"
    price = {"price": {"amount_minor": 1, "currency": "GBP"}}
    anybody = marketplace.anybody
    await anybody.post("/v1/sessions", {"email": "nobody@plaza.example", "password": "wrong one"})
    await anybody.get("/v1/products", params={"limit": 0})
    await anybody.get("/v1/products", headers={"accept": "text/html"})
    await anybody.get("/v1/products/nothing")
    await anybody.get("/v1/products", headers={"authorization": "Bearer of a session that ended"})
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
