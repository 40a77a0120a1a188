"""Guards of routes: who is let in."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID

from litestar.handlers import BaseRouteHandler

from plaza.kernel.refusals import Forbidden, NotAuthenticated, NotThere
from plaza.web.callers import AnyCaller, Authenticator, Caller, Connection, KeyCaller
from plaza.web.standings import Role, Scope

ROLES_WRITING_CATALOG: tuple[Role, ...] = ("owner", "manager", "staff")

Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]
Judge = Callable[[AnyCaller], None]

SCOPES: dict[Guard, Scope | None] = {}
"""Which scope each guard of members wants of an API key; the OpenAPI document tells it."""

OTHER_WAYS: dict[Guard, dict[str, list[str]]] = {}
"""What each guard takes in place of a log-in, as the OpenAPI document tells it; {}: nothing."""


class NotAnAccount(Forbidden):
    code = "account_needed"
    title = "Only for people who are logged in"

    def __init__(self) -> None:
        super().__init__("An API key works for its vendor only; log in as a person.")


async def authenticated(connection: Connection, _: BaseRouteHandler) -> None:
    """Guard: somebody who is logged in."""
    if isinstance(await caller_required(connection), KeyCaller):
        raise NotAnAccount


async def caller_known(connection: Connection, _: BaseRouteHandler) -> None:
    """Guard: somebody who is logged in, or a vendor's program."""
    await caller_required(connection)


async def operator_only(connection: Connection, _: BaseRouteHandler) -> None:
    """Guard: who runs the marketplace."""
    await _judged(connection, _require_operator)


def member_with(*roles: Role, scope: Scope | None = None) -> Guard:
    """Guard of a `{vendor}` route; to strangers the vendor is not there.

    Args:
        roles: members in one of these are let in.
        scope: the vendor's API keys that have it are let in too; without one, no key is.
    """

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        vendor_id: UUID = connection.path_params["vendor"]

        def judge(caller: AnyCaller) -> None:
            if isinstance(caller, KeyCaller):
                _require_scope(caller, vendor_id, scope)
            else:
                _require_role(caller, vendor_id, roles)

        await _judged(connection, judge)

    SCOPES[guard] = scope
    return guard


def scope_of(guards: Iterable[Any]) -> Scope | None:
    """The scope by which the guards let API keys in."""
    return next((scope for guard in guards if (scope := SCOPES.get(guard))), None)


def other_ways_of(guards: Iterable[Any]) -> list[dict[str, list[str]]]:
    """What the guards take in place of a log-in."""
    return [OTHER_WAYS[guard] for guard in guards if guard in OTHER_WAYS]


def is_operator(caller: AnyCaller | None) -> bool:
    return isinstance(caller, Caller) and caller.standing.is_operator


async def caller_required(connection: Connection) -> AnyCaller:
    """The caller.

    Raises:
        NotAuthenticated: nobody is logged in.
    """
    caller = await _authenticator(connection).caller_of(connection)
    if caller is None:
        raise NotAuthenticated("Log in and send Authorization: Bearer <access token>.")
    return caller


async def caller_if_any(connection: Connection) -> AnyCaller | None:
    """The caller; None where nobody is logged in.

    Raises:
        NotAuthenticated: what is shown is not valid.
    """
    return await _authenticator(connection).caller_of(connection)


async def _judged(connection: Connection, judge: Judge) -> None:
    caller = await caller_required(connection)
    try:
        judge(caller)
    except (Forbidden, NotThere):
        # What was granted a moment ago counts: only an end of rights may take its second.
        judge(await _authenticator(connection).asked_anew(caller, connection))


def _require_operator(caller: AnyCaller) -> None:
    if not is_operator(caller):
        raise Forbidden("Only operators of the marketplace may do this.")


def _require_role(caller: Caller, vendor_id: UUID, roles: tuple[Role, ...]) -> None:
    role = caller.standing.roles.get(vendor_id)
    if role is None:
        raise NotThere
    if role not in roles:
        raise Forbidden(f"This needs the role {' or '.join(roles)}; yours is {role}.")


def _require_scope(caller: KeyCaller, vendor_id: UUID, scope: Scope | None) -> None:
    if caller.standing.vendor_id != vendor_id:
        raise NotThere
    if scope is None:
        raise NotAnAccount
    if scope not in caller.standing.scopes:
        raise Forbidden(f"This needs the scope {scope}, which the API key does not have.")


def _authenticator(connection: Connection) -> Authenticator:
    authenticator: Authenticator = connection.app.state.authenticator
    return authenticator
