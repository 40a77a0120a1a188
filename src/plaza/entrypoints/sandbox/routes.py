"""What can be asked of the sandbox; `/schema/openapi.json` says it in full."""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

import msgspec
from litestar import MediaType, Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery, JSONBody

from plaza.entrypoints.sandbox.behaviour import Behaviour
from plaza.entrypoints.sandbox.charge import Charge, Moved, Movement, NewCharge, NewMovement
from plaza.entrypoints.sandbox.confirmation_page import confirmation_page
from plaza.entrypoints.sandbox.desk import Desk
from plaza.entrypoints.sandbox.messages import SentMessage

PAGE_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
}


class Everything(msgspec.Struct, frozen=True):
    """All that the sandbox has on its books."""

    charges: list[Charge]
    movements: list[Moved]


@put("/authorizations/{key:uuid}", status_code=200)
async def authorize(
    key: FromPath[UUID],
    data: JSONBody[NewCharge],
    request: Request[Any, Any, Any],
    desk: NamedDependency[Desk],
) -> Charge:
    """Authorize under a key: any number of times with one effect.

    The token says what happens: `tok_approve`, `tok_decline`, `tok_decline_insufficient_funds`,
    `tok_action_required` (the shopper decides at `redirect_url`), `tok_timeout_after_charge`
    (charges, and does not answer in time), `tok_slow`. Every other one is declined as
    `unknown_token`. The same key with another amount, currency, token or `captures` is 409.
    """
    charge, hangs = await desk.authorize(str(key), data)
    if hangs:
        await _until_given_up(request, desk.behaviour.hangs_s)
    return charge


@get("/authorizations/{key:uuid}")
async def find_authorization(key: FromPath[UUID], desk: NamedDependency[Desk]) -> Charge:
    """What became of an authorization; 404 where none was asked for under the key."""
    return desk.shown(_there(desk.books.charge(str(key))))


@post("/authorizations/{key:uuid}/close", status_code=200)
async def close_authorization(key: FromPath[UUID], desk: NamedDependency[Desk]) -> Charge:
    """Give an authorization up unless it is approved.

    404 where none was asked for under the key: one that comes later is declined as `closed`.
    """
    return _there(desk.close(str(key)))


@put("/captures/{key:uuid}", status_code=200)
async def capture(
    key: FromPath[UUID], data: JSONBody[NewMovement], desk: NamedDependency[Desk]
) -> Moved:
    """Take what was put aside, all or a part; any number of times with one effect."""
    return _moved("capture", key, data, desk)


@put("/voids/{key:uuid}", status_code=200)
async def void(
    key: FromPath[UUID], data: JSONBody[NewMovement], desk: NamedDependency[Desk]
) -> Moved:
    """Let go of what was put aside, all or a part; any number of times with one effect."""
    return _moved("void", key, data, desk)


@put("/refunds/{key:uuid}", status_code=200)
async def refund(
    key: FromPath[UUID], data: JSONBody[NewMovement], desk: NamedDependency[Desk]
) -> Moved:
    """Give back what was taken, all or a part; any number of times with one effect."""
    return _moved("refund", key, data, desk)


@get("/charges")
async def list_charges(desk: NamedDependency[Desk]) -> Everything:
    """Every charge and movement, for tests and harnesses."""
    return Everything(desk.books.charges(), desk.books.all_moved())


@get("/messages")
async def list_messages(key: FromQuery[UUID], desk: NamedDependency[Desk]) -> list[SentMessage]:
    """What was told by webhook about a key, and how that went."""
    return desk.messages.of(str(key))


@get("/behaviour")
async def get_behaviour(desk: NamedDependency[Desk]) -> Behaviour:
    """How the sandbox tries its caller."""
    return desk.behaviour


@put("/behaviour", status_code=200)
async def set_behaviour(data: JSONBody[Behaviour], desk: NamedDependency[Desk]) -> Behaviour:
    """Change it until the process ends; what is not named takes its default."""
    for name in data.__struct_fields__:
        setattr(desk.behaviour, name, getattr(data, name))
    return desk.behaviour


@get("/confirmations/{reference:str}", media_type=MediaType.HTML)
async def show_confirmation(reference: FromPath[str], desk: NamedDependency[Desk]) -> Response[str]:
    """The page at which the shopper approves or declines."""
    return _page(_there(desk.books.charge_by_reference(reference)))


@post("/confirmations/{reference:str}/approve", media_type=MediaType.HTML, status_code=200)
async def approve_charge(reference: FromPath[str], desk: NamedDependency[Desk]) -> Response[str]:
    """The shopper approves; the first answer counts, and a webhook tells of it."""
    return _page(_there(desk.decide(reference, approves=True)))


@post("/confirmations/{reference:str}/decline", media_type=MediaType.HTML, status_code=200)
async def decline_charge(reference: FromPath[str], desk: NamedDependency[Desk]) -> Response[str]:
    """The shopper declines; the first answer counts, and a webhook tells of it."""
    return _page(_there(desk.decide(reference, approves=False)))


@get("/health")
async def health() -> dict[str, str]:
    """Whether the sandbox answers."""
    return {"status": "ok"}


ROUTES = [
    authorize,
    find_authorization,
    close_authorization,
    capture,
    void,
    refund,
    list_charges,
    list_messages,
    get_behaviour,
    set_behaviour,
    show_confirmation,
    approve_charge,
    decline_charge,
    health,
]


def _moved(kind: Movement, key: UUID, asked: NewMovement, desk: Desk) -> Moved:
    return desk.move(kind, str(key), asked)


def _there(charge: Charge | None) -> Charge:
    if charge is None:
        raise NotFoundException("Nothing of that name was asked for.")
    return charge


def _page(charge: Charge) -> Response[str]:
    return Response(confirmation_page(charge), headers=PAGE_HEADERS)


async def _until_given_up(request: Request[Any, Any, Any], patience_s: float) -> None:
    """Wait until the caller hangs up, or for longer than callers wait."""
    with suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            while (await request.receive())["type"] != "http.disconnect":
                """What else comes is of no interest."""
