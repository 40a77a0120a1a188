"""Whatever an id can stand for: each thing is made over HTTP when it is first asked for.

A path's parameter and a `{name}` in a body are made by the method of that name. What is made has
the side's mark in every text of it that is not for all eyes.
"""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import pyotp

from actors import PASSWORD, a_variant
from contexts.ordering.an_address import an_address
from contexts.vendors.people import token_of
from isolation.cart_things import CartThings
from isolation.order_things import OrderThings, part_of
from isolation.payment_things import PaymentThings
from isolation.sides import SCOPES, Side, done, requires
from plaza.operations.demo.categories import plan_categories
from shopping import Order, a_cart
from writing.watching import until

A_MAIL = "SELECT id FROM notifications.mail WHERE status = 'pending' LIMIT 1"

ALTERNATIVES = {
    "product": "published_product",
    "offer": "published_offer",
    "cart": "completed_cart",
    "order": "waiting_order",
    "waiting_order": "order",
    "vendor_order": "unplaced_vendor_order",
    "accepted_vendor_order": "unplaced_vendor_order",
}
"""The same kind of thing in a state in which it is shown, or answered for, in another way."""


class Things(CartThings, OrderThings, PaymentThings):
    """The things of one side, by their names.

    Args:
        side: whose they are.
        other: who invites the side's owner, where an invitation is wanted.
    """

    def __init__(self, side: Side, other: Side | None = None) -> None:
        self._side = side
        self._owner = side.owner
        self._other = other
        self._made: dict[str, Any] = {}

    async def ids(self, names: Iterable[str]) -> dict[str, Any]:
        """These things, made now if they were not before."""
        return {name: await self.of(name) for name in names}

    async def of(self, name: str) -> Any:
        if name not in self._made:
            make = getattr(self, name, None)
            assert make is not None, f"Add a method `{name}` to Things in tests/isolation/things.py"
            self._made[name] = await make()
        return self._made[name]

    # The vendor.

    async def vendor(self) -> str:
        return self._owner.id

    async def slug(self) -> str:
        return self._owner.slug

    async def vendor_version(self) -> int:
        version: int = (await done(self._owner.get(f"{self._side.path}/standing")))["version"]
        return version

    async def applied(self) -> dict[str, Any]:
        """Another vendor of the owner, which nobody has approved."""
        application = {"name": self._side.mark, "country": "GB", "currency": "GBP"}
        contact = {"contact_email": f"{self._side.mark}@plaza.example"}
        body: dict[str, Any] = await done(self._owner.post("/v1/vendors", application | contact))
        return body

    async def applied_vendor(self) -> str:
        return str((await self.of("applied"))["id"])

    async def applied_slug(self) -> str:
        return str((await self.of("applied"))["slug"])

    async def invited_vendor(self) -> str:
        """One that nobody owns yet."""
        wanted = {"email": f"{self._side.mark}-invited@plaza.example"}
        invited = await done(self._side.operator.post("/v1/operations/vendors/invite", wanted))
        return str(invited["id"])

    async def key(self) -> str:
        """Of something that is required of vendors."""
        return await requires(self._side.operator, "for everybody")

    async def other_key(self) -> str:
        return await self.key()

    async def answer(self) -> Any:
        path = f"{self._side.path}/requirements/{await self.of('key')}"
        return await done(self._owner.client.put(path, json={"answer": f"{self._side.mark} 1"}))

    # Its people and programs.

    async def account(self) -> str:
        return self._side.staffing.staff_id

    async def invitation(self) -> str:
        wanted = {"email": f"{self._side.mark}-new@plaza.example", "role": "staff"}
        return str((await done(self._owner.post(f"{self._side.path}/members", wanted)))["id"])

    async def invitation_token(self) -> str:
        """Of the mail by which another vendor invites the owner."""
        assert self._other is not None
        wanted = {"email": self._owner.email, "role": "staff"}
        sent = await done(self._other.owner.post(f"{self._other.path}/members", wanted))
        return token_of(self._side.marketplace, sent["id"])

    async def api_key(self) -> str:
        return str((await self._side.makes_key(SCOPES))["id"])

    async def other_api_key(self) -> str:
        return await self.api_key()

    # The owner as a person.

    async def account_version(self) -> int:
        version: int = (await done(self._owner.get("/v1/account")))["version"]
        return version

    async def session(self) -> str:
        """Another one than the one that asks."""
        form = {"email": self._owner.email, "password": PASSWORD}
        marked = {"user-agent": f"{self._side.mark} browser"}
        await done(self._side.marketplace.anybody.post("/v1/sessions", form, headers=marked))
        sessions = (await done(self._owner.get("/v1/sessions")))["items"]
        return str(next(session["id"] for session in sessions if not session["is_current"]))

    async def address(self) -> str:
        """Of the owner's book."""
        book = "/v1/account/addresses"
        return str((await done(self._owner.post(book, an_address(name=self._side.mark))))["id"])

    async def other_address(self) -> str:
        return await self.address()

    async def totp_code(self) -> str:
        enrolled = await done(self._owner.post("/v1/account/totp", {"password": PASSWORD}))
        return pyotp.TOTP(enrolled["secret"]).now()

    async def totp_on(self) -> Any:
        code = {"code": await self.of("totp_code")}
        return await done(self._owner.post("/v1/account/totp/confirm", code))

    async def command(self) -> str:
        answer = await self._owner.post(f"{self._side.path}/products", self._described())
        return str(answer.headers["plaza-command"])

    async def consistency_token(self) -> str:
        answer = await self._owner.post(f"{self._side.path}/products", self._described())
        return str(answer.headers["plaza-consistency"])

    # Its goods.

    def _described(self) -> dict[str, Any]:
        mark = self._side.mark
        return {
            "title": f"{mark} title",
            "description": f"{mark} description",
            "brand": f"{mark} brand",
            "attributes": {"Wood": f"{mark} wood"},
            "media": [{"url": f"/media/{mark}.svg", "alt": f"{mark} alt"}],
            "variants": [a_variant(sku=f"{mark}-1")],
        }

    async def draft(self) -> dict[str, Any]:
        return await self._owner.creates_product(**self._described())

    async def free(self) -> dict[str, Any]:
        """A draft whose variant is offered by nobody."""
        made = await self._owner.creates_product(**self._described())
        path = f"{self._side.path}/offers/{made['variants'][0]['offer_id']}"
        await done(self._owner.client.delete(path, headers={"if-match": '"1"'}))
        return made

    async def published(self) -> dict[str, Any]:
        """For all eyes, but for how its vendor counts it."""
        return await self._owner.lists_product(
            title=f"Oak chair {uuid4().hex[:6]}", variants=[a_variant(sku=f"{self._side.mark}-2")]
        )

    async def product(self) -> str:
        return str((await self.of("draft"))["id"])

    async def product_slug(self) -> str:
        return str((await self.of("draft"))["slug"])

    async def offer(self) -> str:
        return str((await self.of("draft"))["variants"][0]["offer_id"])

    async def counted_offer(self) -> str:
        """One that was moved for a reason of the vendor's."""
        offer_id = await self.of("offer")
        path = f"{self._side.path}/offers/{offer_id}/stock/adjust"
        await done(self._owner.post(path, {"delta": 1, "reason": f"{self._side.mark} reason"}))
        return str(offer_id)

    async def shelved(self) -> None:
        """Two offers at the location."""
        for thing in ("offer", "published_offer"):
            path = f"{self._side.path}/offers/{await self.of(thing)}/stock"
            counted = {"on_hand": 3, "location_id": await self.of("location")}
            await done(self._owner.client.put(path, json=counted))

    async def location(self) -> str:
        path, form = f"{self._owner.path}/locations", {"name": f"Warehouse {self._side.mark}"}
        return str((await done(self._owner.post(path, form)))["id"])

    async def free_variant(self) -> str:
        return str((await self.of("free"))["variants"][0]["id"])

    async def published_product(self) -> str:
        return str((await self.of("published"))["id"])

    async def published_offer(self) -> str:
        return str((await self.of("published"))["variants"][0]["offer_id"])

    # Orders of the owner as a shopper, with the owner as a vendor.

    async def bought(self) -> list[Order]:
        """Two, of which the vendor has canceled one; what they are of is for all eyes no more."""
        sold = await self._owner.lists_product(**self._described())
        offer_id, address = sold["variants"][0]["offer_id"], an_address(name=self._side.mark)
        orders = []
        for _ in range(2):
            cart = await a_cart(self._side.marketplace, {offer_id: 1}, self._owner, address=address)
            orders.append(await cart.buys())
        reason = {"reason": f"{self._side.mark} reason"}
        canceled = f"{self._side.path}/orders/{part_of(orders[1])}/cancel"
        await done(self._owner.post(canceled, reason))
        await done(self._owner.post(f"{self._side.path}/products/{sold['id']}/unpublish"))
        return orders

    async def order(self) -> str:
        return str((await self.of("bought"))[0].id)

    async def other_order(self) -> str:
        return str((await self.of("bought"))[1].id)

    async def vendor_order(self) -> str:
        return part_of((await self.of("bought"))[0])

    # What belongs to nobody.

    async def category(self) -> str:
        name = {"name": uuid4().hex, "slug": uuid4().hex}
        return str((await done(self._side.operator.post("/v1/categories", name)))["id"])

    async def picture_category(self) -> str:
        return next(category.slug for category in plan_categories() if category.parent_slug)

    async def picture_file(self) -> str:
        return "1.svg"

    async def provider(self) -> str:
        return "unknown"

    async def projection(self) -> str:
        return "category_tree"

    async def mail(self) -> str:
        """One that waits to be sent; processes queue them after the facts."""
        found: list[Any] = []

        async def queued() -> bool:
            found[:] = await self._side.database.fetch(A_MAIL)
            return bool(found)

        await until(queued, timeout_s=10)
        return str(found[0]["id"])
