"""Every route is counted by a policy, or says that it is not."""

from collections.abc import Callable

import pytest
from litestar import get, post
from litestar.handlers import HTTPRouteHandler

from actors import Marketplace
from contexts.asking import operations
from plaza.kernel.rate_policies import DEFAULTS
from plaza.web.rate_limits.groups import GROUPS, OPT, UnknownGroup, group_of

UNLIMITED = {"getHealth", "getLiveness", "getReadiness", "getMetrics", "getVersion"}
ABOUT_ACCOUNTS = ("plaza.contexts.identity.", "plaza.crossings.accounts.")
PASSWORDS = {"logIn", "resetPassword", "verifyEmail", "finishOidcLogin"}
MAILS = {"registerAccount", "requestPasswordReset", "requestVerification", "inviteMember"}


def groups(marketplace: Marketplace) -> dict[str, str | None]:
    return {name: group_of(handler) for name, handler in operations(marketplace).items()}


async def test_every_route_is_counted_but_those_of_who_keeps_plaza_running(
    marketplace: Marketplace,
) -> None:
    found = groups(marketplace)
    assert set(found.values()) - {None} <= GROUPS
    assert {name for name, group in found.items() if group is None} == UNLIMITED


async def test_passwords_and_mails_have_limits_of_their_own(marketplace: Marketplace) -> None:
    found = groups(marketplace)
    assert {found[name] for name in PASSWORDS} == {"log_in"}
    assert {found[name] for name in MAILS} == {"mail"}


async def test_what_people_change_of_their_own_account_is_counted_apart(
    marketplace: Marketplace,
) -> None:
    found = groups(marketplace)
    own = {
        name
        for name, handler in operations(marketplace).items()
        if any(path.startswith("/v1/account") for path in handler.paths)
        and handler.guards
        and handler.http_methods != {"GET"}
        and handler.fn.__module__.startswith(ABOUT_ACCOUNTS)
    }
    assert own >= {"changeAccount", "changePassword", "eraseAccount"}
    assert {found[name] for name in own} == {"account"}


async def test_others_follow_from_their_method_and_their_guards(marketplace: Marketplace) -> None:
    found = groups(marketplace)
    assert found["listProducts"] == found["getVendor"] == "public_reads"
    assert found["getAccount"] == found["listVendorProducts"] == "private_reads"
    assert found["createProduct"] == found["setStock"] == found["refreshSession"] == "commands"


def test_every_group_has_a_policy() -> None:
    assert DEFAULTS.keys() > GROUPS
    assert DEFAULTS.keys() - GROUPS == {"log_in_email", "mail_email", "api_key"}


@pytest.mark.parametrize("decorate", [get, post])
def test_a_group_that_there_is_not_is_a_mistake(decorate: Callable[..., HTTPRouteHandler]) -> None:
    @decorate("/", opt={OPT: "comands"})
    async def route() -> None: ...

    with pytest.raises(UnknownGroup, match="'comands' is not one of account, commands"):
        group_of(route)
