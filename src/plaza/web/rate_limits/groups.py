"""Which policy a route is counted by."""

from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

OPT = "rate_limit"
UNLIMITED = "unlimited"
"""What `opt` names where nothing is counted: questions of those who keep plaza running."""

GROUPS = frozenset(
    {"log_in", "mail", "account", "commands", "webhooks", "private_reads", "public_reads"}
)


class UnknownGroup(Exception):  # noqa: N818  a mistake in a route; a test asks for all of them
    """A route names a group that there is not."""


def group_of(handler: BaseRouteHandler) -> str | None:
    """The name of the policy; None where nothing is counted.

    It follows from the method and the guards, unless the route says otherwise by
    `opt={"rate_limit": "mail"}`.

    Raises:
        UnknownGroup: the route names none of the groups.
    """
    named = handler.opt.get(OPT)
    methods = handler.http_methods if isinstance(handler, HTTPRouteHandler) else {"GET"}
    if named == UNLIMITED or methods == {"OPTIONS"}:
        return None
    if named is not None and named not in GROUPS:
        raise UnknownGroup(f"{handler}: {named!r} is not one of {', '.join(sorted(GROUPS))}")
    if named is not None:
        return str(named)
    if methods != {"GET"}:
        return "commands"
    return "private_reads" if handler.guards else "public_reads"
