"""Everybody who asks, and how one request of the matrix is made and told."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from actors import Marketplace, Person
from contexts.asking import REQUESTS
from isolation.entries import ENTRIES, NOBODYS, Entry
from isolation.kinds import OF_A_VENDOR, Kind
from isolation.operations import OPERATIONS, Operation
from isolation.sides import (
    SCOPES,
    Side,
    Staffing,
    a_guest,
    a_person,
    a_side,
    a_staffing,
    ended_session,
)
from isolation.statements import noted
from isolation.tables import digests, is_caught_up
from isolation.things import Things
from plaza.kernel.actor import NO_ROWS, Surface
from plaza.operations.operator import DEMO_PASSWORD
from writing.watching import until

PLACE = re.compile(r"\{([a-z_]+)\}")
OF_THE_REQUEST = {"x-request-id", "plaza-command", "plaza-position", "plaza-lag-ms", "date"}
"""Headers that name the request itself, or the time."""
NEEDS_KEY = "IdempotencyKeyOfAnybodyRequired"


@dataclass(frozen=True)
class Told:
    """All that a caller learns from one answer, and the work that it was to make it."""

    status: int
    body: Any
    headers: Mapping[str, str]
    statements: tuple[str, ...]

    def shows(self, side: Side) -> bool:
        """Whether something is told of what is the side's alone."""
        return side.mark in f"{self.body}{self.headers}"

    def names(self, ids: Iterable[str]) -> bool:
        """Whether one of the ids is told."""
        return any(each in f"{self.body}{self.headers}" for each in ids if each)


@dataclass(frozen=True)
class Case:
    """One operation, and a vendor to ask it of."""

    operation: Operation
    entry: Entry
    side: Side
    things: Things

    @property
    def is_about_a_vendor(self) -> bool:
        return "vendor" in self.operation.in_path

    @property
    def kinds(self) -> list[Kind]:
        """The callers that there are: who has no vendor has no keys and nobody beside them."""
        return [kind for kind in Kind if self.side.owner.id or kind not in OF_A_VENDOR]

    def refusal_of(self, kind: Kind) -> int | None:
        return self.entry.audience.refusal_of(kind)


class World:
    """The marketplace of the matrix."""

    def __init__(self, marketplace: Marketplace, everything: asyncpg.Connection) -> None:
        self.marketplace = marketplace
        self.everything = everything
        self._cases: dict[str, Case] = {}
        self._sides: dict[str, Side] = {}

    async def settle(self) -> None:
        """Have those come who are the same in every case."""
        self.operator = await self.marketplace.operator()
        self.operator.email = self.marketplace.settings.operator_email
        self.ended_operator = await ended_session(self.marketplace, self.operator, DEMO_PASSWORD)
        self.customer = await a_person(self.marketplace, self.everything, "customer")
        self.staffing = await a_staffing(self.marketplace, self.everything)
        other_staffing = await a_staffing(self.marketplace, self.everything)
        self.other = await self.side("approved", other_staffing)
        self.other_things = Things(self.other)
        on_sale = await self.other_things.of("published_offer")
        self.guest = await a_guest(self.marketplace, on_sale)

    async def side(self, status: str, staffing: Staffing | None = None) -> Side:
        employed = staffing or self.staffing
        return await a_side(self.marketplace, self.everything, self.operator, employed, status)

    async def case(self, name: str) -> Case:
        """The case of the operation, for those who will change nothing."""
        if name not in self._cases:
            entry = ENTRIES[name]
            kept = name if entry.is_apart else entry.vendor
            if kept not in self._sides:
                self._sides[kept] = await self.side(entry.vendor)
            side = self._sides[kept]
            self._cases[name] = Case(OPERATIONS[name], entry, side, Things(side, self.other))
        return self._cases[name]

    async def case_to_be_done(self, name: str) -> Case:
        """A case of the operation that nobody else looks at."""
        case = await self.case(name)
        is_own = case.entry.is_alone or case.entry.is_apart
        side = await self.side(case.entry.vendor) if is_own else case.side
        return Case(case.operation, case.entry, side, Things(side, self.other))

    async def callers(self, case: Case) -> dict[Kind, Person]:
        """Somebody of every kind, as seen from the case's side."""
        return {kind: await self.caller(case, kind) for kind in case.kinds}

    async def caller(self, case: Case, kind: Kind) -> Person:
        side, right = case.side, frozenset(case.operation.scopes or SCOPES)
        keys = {Kind.KEY: right, Kind.WRONG_KEY: SCOPES - right or SCOPES}
        if kind in keys:
            return await side.key(keys[kind])
        if kind is Kind.OTHER_KEY:
            return await self.other.key(SCOPES)
        if kind in {Kind.ENDED, Kind.ENDED_KEY}:
            return await self._ended(case, kind)
        people = {
            Kind.ANONYMOUS: self.marketplace.anybody,
            Kind.GUEST: self.guest,
            Kind.CUSTOMER: self.customer,
            Kind.OTHER_OWNER: self.other.owner,
            Kind.OTHER_MANAGER: self.other.staffing.manager,
            Kind.OTHER_STAFF: self.other.staffing.staff,
            Kind.STAFF: side.staffing.staff,
            Kind.MANAGER: side.staffing.manager,
            Kind.OWNER: side.owner,
            Kind.OPERATOR: self.operator,
        }
        return people[kind]

    async def _ended(self, case: Case, kind: Kind) -> Person:
        if kind is Kind.ENDED_KEY:
            return await case.side.ended_key()
        is_by_operator = case.entry.rightful is Kind.OPERATOR
        return self.ended_operator if is_by_operator else await case.side.ended()

    async def strange_scopes(self) -> dict[str, Surface]:
        """The scopes in which nothing of a case's side may be found."""
        account = (await self.customer.get("/v1/account")).json()["id"]
        return {
            "nobody's": NO_ROWS,
            "another vendor's": Surface(vendor_id=UUID(self.other.owner.id)),
            "another account's": Surface(account_id=UUID(account)),
        }

    async def quiet(self) -> None:
        """Wait until everybody who follows facts has followed all of them."""
        await until(lambda: is_caught_up(self.everything), timeout_s=20)

    async def digests(self) -> dict[str, str | None]:
        await self.quiet()
        return await digests(self.everything)


def body_of(operation: Operation, entry: Entry) -> Any:
    """An acceptable body, with `{names}` in it."""
    if entry.body is not None:
        return entry.body
    asked = REQUESTS.get(operation.id)
    body = None if asked is None else asked.body
    return body if body is None or "variant_id" not in body else body | {"variant_id": "{variant}"}


def places_of(operation: Operation, entry: Entry) -> dict[str, str]:
    """Every place that holds an id: its name in path, query or body, and what stands there.

    Things that the entry needs besides are not among them.
    """
    names = set(operation.in_path) | set(PLACE.findall(str(body_of(operation, entry))))
    if entry.audience.lets_in != {Kind.OPERATOR}:
        names |= operation.in_query - NOBODYS.keys()
    return {name: entry.named.get(name, name) for name in names}


async def ids_of(case: Case, things: Things) -> dict[str, Any]:
    """The ids of a request about these things, by their places."""
    places = places_of(case.operation, case.entry)
    found = await things.ids(places.values())
    return {place: found[thing] for place, thing in places.items()}


def filled(template: Any, ids: Mapping[str, Any]) -> Any:
    if isinstance(template, Mapping):
        return {name: filled(part, ids) for name, part in template.items()}
    if isinstance(template, list):
        return [filled(part, ids) for part in template]
    named = PLACE.fullmatch(template) if isinstance(template, str) else None
    return template if named is None else ids[named[1]]


async def version_of(case: Case) -> int | None:
    """What If-Match names."""
    asked = REQUESTS.get(case.operation.id)
    version = case.entry.version
    if isinstance(version, str):
        found: int = await case.things.of(version)
        return found
    return version or (None if asked is None else asked.version)


async def ask(
    case: Case,
    person: Person,
    ids: Mapping[str, Any],
    query: Mapping[str, Any] | None = None,
    **headers: str,
) -> httpx.Response:
    """Send the case's request with these ids."""
    operation, version = case.operation, await version_of(case)
    sent = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    if NEEDS_KEY in operation.headers:
        sent.setdefault("idempotency-key", str(uuid4()))
    if version is not None:
        sent["if-match"] = f'"{version}"'
    return await person.client.request(
        operation.method,
        operation.path.format(**ids),
        json=filled(body_of(operation, case.entry), ids),
        params={
            **case.entry.query,
            **{name: ids[name] for name in operation.in_query if name in ids},
            **(query or {}),
        },
        headers=sent,
    )


async def told(
    case: Case,
    person: Person,
    ids: Mapping[str, Any],
    query: Mapping[str, Any] | None = None,
    **headers: str,
) -> Told:
    """What one is told, but for what names the request itself."""
    with noted() as statements:
        answer = await ask(case, person, ids, query, **headers)
    body: Any = answer.text
    if "json" in answer.headers.get("content-type", ""):
        body = answer.json()
        if isinstance(body, dict):
            body.pop("trace_id", None)
    kept = {name: value for name, value in answer.headers.items() if name not in OF_THE_REQUEST}
    return Told(answer.status_code, body, kept, tuple(statements))
