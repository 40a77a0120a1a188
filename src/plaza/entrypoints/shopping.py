"""What an API process needs for carts and their payment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar.datastructures import State

from plaza.adapters.goods import goods_on_sale
from plaza.contexts.identity.account import Accounts
from plaza.contexts.ordering.cart_rules import CartRules, HeldLine, Hold
from plaza.contexts.ordering.goods import Goods
from plaza.contexts.payments.provider import Providers
from plaza.crossings.carts.hold_goods import HoldGoods, hold_goods
from plaza.settings import Settings
from plaza.writing.unit_of_work import UnitOfWork


def cart_rules_of(settings: Settings) -> CartRules:
    """What is set for carts."""
    held_for = timedelta(minutes=settings.cart_reservation_minutes)
    return CartRules(
        goods=goods_on_sale,
        currency=settings.currency,
        lifetime=timedelta(days=settings.cart_days),
        hold=_holding(held_for) if settings.reserve_in_cart else None,
        present=_present,
    )


def _holding(lifetime: timedelta) -> Hold:
    async def hold(cart_id: UUID, lines: tuple[HeldLine, ...], work: UnitOfWork) -> None:
        holding = HoldGoods(cart_id=cart_id, lines=lines, expires_at=work.now + lifetime)
        await hold_goods(holding, work)

    return hold


async def _present(account_id: UUID, work: UnitOfWork) -> None:
    await Accounts.of(work).locked(account_id, shared=True)


def _provide_goods() -> Goods:
    return goods_on_sale


def _provide_providers(state: State) -> Providers:
    providers: Providers = state.providers
    return providers


def _provide_cart_rules(state: State) -> CartRules:
    return cart_rules_of(state.settings)


PROVIDED_FOR_SHOPPING: dict[str, Callable[..., Any]] = {
    "goods": _provide_goods,
    "cart_rules": _provide_cart_rules,
    "providers": _provide_providers,
}
