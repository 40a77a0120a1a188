"""The two sides of the matrix: a vendor with its people and keys that others go for, and others."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import asyncpg

from actors import PASSWORD, Marketplace, Person, Vendor
from contexts.vendors.people import token_of
from shopping import a_cart

SCOPES = frozenset(
    (
        *("catalog:read", "catalog:write", "inventory:read", "inventory:write"),
        *("orders:read", "orders:write", "vendor:read"),
    )
)
NO_VENDOR = "none"
REQUIREMENTS = "/v1/operations/vendor-requirements"
VERIFY = "UPDATE identity.account SET email_verified_at = now() WHERE email = $1"


@dataclass
class Staffing:
    """Who works for every vendor of one side, which saves making people for each."""

    manager: Person
    staff: Person
    staff_id: str


@dataclass
class Side:
    """A vendor and its owner.

    Attributes:
        mark: stands in everything about them that is not for all eyes.
        owner: the owner; where there is no vendor, just a person.
        staffing: its other members.
        programs: its keys, and what has ended, as they were first asked for.
    """

    marketplace: Marketplace
    database: asyncpg.Connection
    operator: Person
    mark: str
    owner: Vendor
    staffing: Staffing
    programs: dict[frozenset[str] | str, Person] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return self.owner.path

    async def key(self, scopes: frozenset[str]) -> Person:
        """A program with an API key of the vendor."""
        if scopes not in self.programs:
            made = await self.makes_key(scopes)
            self.programs[scopes] = Person(self.marketplace.client(made["secret"]))
        return self.programs[scopes]

    async def ended_key(self) -> Person:
        """A program whose key was revoked."""
        if "ended" not in self.programs:
            made = await self.makes_key(SCOPES)
            await done(self.owner.client.delete(f"{self.path}/api-keys/{made['id']}"))
            self.programs["ended"] = Person(self.marketplace.client(made["secret"]))
        return self.programs["ended"]

    async def ended(self) -> Person:
        """The owner by a log-in that has ended."""
        if "session" not in self.programs:
            ended = await ended_session(self.marketplace, self.owner, PASSWORD)
            self.programs["session"] = ended
        return self.programs["session"]

    async def makes_key(self, scopes: frozenset[str]) -> Any:
        wanted = {"name": f"{self.mark} key", "scopes": sorted(scopes)}
        return await done(self.owner.post(f"{self.path}/api-keys", wanted))


async def done(request: Any) -> Any:
    """The body of an answer that is a success."""
    answer = await request
    assert answer.is_success, (answer.request.method, str(answer.request.url), answer.text)
    return answer.json()


async def ended_session(marketplace: Marketplace, person: Person, password: str) -> Person:
    """The same person by a log-in that they have ended from elsewhere, and not used before."""
    assert person.email is not None
    second = await marketplace.logged_in(person.email, password)
    sessions = (await done(person.get("/v1/sessions")))["items"]
    (latest, *_) = [session["id"] for session in sessions if not session["is_current"]]
    await done(person.client.delete(f"/v1/sessions/{latest}"))
    return second


async def a_person(marketplace: Marketplace, database: asyncpg.Connection, mark: str) -> Person:
    """Somebody whose address is theirs, with the mark in all that is known of them."""
    email = f"{mark}-{uuid4().hex[:6]}@plaza.example"
    form = {"email": email, "password": PASSWORD, "name": f"{mark} person"}
    await done(marketplace.anybody.post("/v1/accounts", form))
    await database.execute(VERIFY, email)
    return await marketplace.logged_in(email)


async def a_guest(marketplace: Marketplace, offer_id: str) -> Person:
    """Somebody who is not logged in, and shows the secrets of what they bought wherever they go."""
    cart = await a_cart(marketplace, {offer_id: 1})
    order = await cart.buys()
    guest = Person(marketplace.client())
    guest.client.headers.update(cart.headers | order.headers)
    return guest


async def a_staffing(marketplace: Marketplace, database: asyncpg.Connection) -> Staffing:
    manager = await a_person(marketplace, database, "manager")
    staff = await a_person(marketplace, database, "staff")
    staff_id: str = (await done(staff.get("/v1/account")))["id"]
    return Staffing(manager, staff, staff_id)


async def a_side(
    marketplace: Marketplace,
    database: asyncpg.Connection,
    operator: Person,
    staffing: Staffing,
    status: str = "approved",
) -> Side:
    """A vendor in this state with all its people."""
    mark = f"secret{uuid4().hex[:12]}"
    person = await a_person(marketplace, database, mark)
    owner = Vendor(person.client, person.email)
    side = Side(marketplace, database, operator, mark, owner, staffing)
    if status == NO_VENDOR:
        # While a password is enough to log in.
        await side.ended()
    else:
        applied = await _found(side, status)
        await _employ(side)
        await _bring(side, applied, status)
    return side


async def requires(operator: Person, mark: str) -> str:
    """The key of something that vendors are asked."""
    key = f"required_{uuid4().hex[:8]}"
    wanted = {"key": key, "label": "Which?", "description": mark, "required": False}
    await done(operator.post(REQUIREMENTS, wanted))
    return key


async def _found(side: Side, status: str) -> str:
    if status == "onboarding":
        await requires(side.operator, "for everybody")
    slug = f"vendor-{uuid4().hex[:12]}"
    application = {
        "name": f"Vendor {slug}",
        "slug": slug,
        "country": "GB",
        "currency": "GBP",
        "contact_email": f"{side.mark}@plaza.example",
    }
    body = await done(side.owner.post("/v1/vendors", application))
    side.owner.id, side.owner.slug = body["id"], body["slug"]
    return str(body["status"])


async def _employ(side: Side) -> None:
    for person, role in ((side.staffing.manager, "manager"), (side.staffing.staff, "staff")):
        wanted = {"email": person.email, "role": role}
        sent = await done(side.owner.post(f"{side.path}/members", wanted))
        token = token_of(side.marketplace, sent["id"])
        await done(person.post("/v1/invitations/accept", {"token": token}))


async def _bring(side: Side, applied: str, status: str) -> None:
    """To the state wanted, from that of who has just applied."""
    if applied == "onboarding" != status:
        answers = await done(side.owner.get(f"{side.path}/requirements", params={"limit": 100}))
        for asked in answers["items"]:
            place = f"{side.path}/requirements/{asked['key']}"
            await done(side.owner.client.put(place, json={"answer": f"{side.mark} answer"}))
        await done(side.owner.post(f"{side.path}/submit"))
    if status in {"applied", "onboarding"}:
        return
    await done(side.operator.post(f"{side.path}/approve"))
    if status == "suspended":
        reason = {"reason": f"{side.mark} reason"}
        await done(side.operator.post(f"{side.path}/suspend", reason))
    if status == "paused":
        await done(side.owner.post(f"{side.path}/pause"))
