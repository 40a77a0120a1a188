"""Loads the demo marketplace through the commands that operators and vendors use."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from plaza.contexts.catalog.commands.create_category import CreateCategory, create_category
from plaza.contexts.identity.commands.register_account import (
    RegisterAccount,
    register_account,
)
from plaza.contexts.identity.passwords import Passwords
from plaza.contexts.vendors.commands.approve_vendor import ApproveVendor, approve_vendor
from plaza.crossings.offers.create_offer import CreateOffer, create_offer
from plaza.crossings.vendors.apply_as_vendor import ApplyAsVendor, apply_as_vendor
from plaza.kernel.actor import MARKET, Actor
from plaza.kernel.ids import new_id
from plaza.kernel.money import Price
from plaza.operations.demo.goods import plan_marketplace
from plaza.operations.demo.log_ins import VENDOR_PASSWORD, owner_email
from plaza.operations.demo.planned import (
    PlannedCategory,
    PlannedMarketplace,
    PlannedOffer,
    PlannedProduct,
    PlannedVendor,
)
from plaza.operations.demo.stocking import StockedVariant, StockShop, stock_shop
from plaza.settings import Settings
from plaza.writing.answer import answer_with
from plaza.writing.engine import open_command_runner
from plaza.writing.failures import Constraints
from plaza.writing.idempotency import Repeatable
from plaza.writing.runner import CommandRunner, Context
from plaza.writing.unit_of_work import UnitOfWork

PRODUCTS_A_TRANSACTION = 25
VENDORS_AT_ONCE = 4
ACTOR = Actor(kind="system", name="demo")

LOADED = "SELECT EXISTS (SELECT FROM vendors.vendor WHERE slug = $1)"

C = TypeVar("C")
R = TypeVar("R")
Progress = Callable[[int, int], None]


class DemoLoaded(msgspec.Struct, frozen=True):
    """What there is to try."""

    log_ins: list[tuple[str, str, str]]
    """Label, e-mail and password of some vendors' owners."""
    products: int
    duration_s: float
    """0 where it had been loaded before."""


async def load_demo(settings: Settings, constraints: Constraints, progress: Progress) -> DemoLoaded:
    """Load it, unless it is there; one that was interrupted is finished.

    Args:
        settings: of the installation.
        constraints: what violated constraints mean.
        progress: told how many of how many products are loaded.
    """
    plan = plan_marketplace()
    log_ins = [
        (vendor.name, owner_email(vendor.slug), VENDOR_PASSWORD)
        for vendor in plan.vendors[:3]
        if vendor.approved
    ]
    if await _is_loaded(settings, plan):
        return DemoLoaded(log_ins, len(plan.products), 0.0)
    started = time.monotonic()
    async with open_command_runner(settings, constraints, "plaza demo") as runner:
        passwords = Passwords(workers=1)
        password_hash = await passwords.hashed(VENDOR_PASSWORD)
        passwords.close()
        await DemoLoader(runner, plan, password_hash, progress).load()
    return DemoLoaded(log_ins, len(plan.products), time.monotonic() - started)


async def _is_loaded(settings: Settings, plan: PlannedMarketplace) -> bool:
    """Whether the last thing of the plan is there."""
    connection = await asyncpg.connect(
        settings.database_url, server_settings={"role": "plaza_app", "plaza.scope": "market"}
    )
    try:
        return bool(await connection.fetchval(LOADED, _last_vendor(plan).slug))
    finally:
        await connection.close()


def _last_vendor(plan: PlannedMarketplace) -> PlannedVendor:
    """A vendor that sells nothing; its application ends the loading."""
    return [vendor for vendor in plan.vendors if not vendor.approved][-1]


class DemoLoader:
    """Runs the plan; every command has a key, so that a second attempt goes on where one ended."""

    def __init__(
        self,
        runner: CommandRunner,
        plan: PlannedMarketplace,
        password_hash: str,
        progress: Progress,
    ) -> None:
        self._runner = runner
        self._plan = plan
        self._password_hash = password_hash
        self._progress = progress
        self._categories: dict[str, UUID] = {}
        self._vendors: dict[str, UUID] = {}
        self._variants: dict[str, UUID] = {}
        self._done = 0

    async def load(self) -> None:
        self._progress(0, len(self._plan.products))
        for rank, category in enumerate(self._plan.categories):
            await self._create_category(category, rank)
        selling = [vendor for vendor in self._plan.vendors if vendor.approved]
        at_once = asyncio.Semaphore(VENDORS_AT_ONCE)
        await _all(self._open_shop(vendor, at_once) for vendor in selling)
        await _all(self._offer_too(offer, at_once) for offer in self._plan.second_offers)
        for vendor in self._plan.vendors:
            if not vendor.approved and vendor != _last_vendor(self._plan):
                await self._apply(vendor)
        await self._apply(_last_vendor(self._plan))

    async def _create_category(self, category: PlannedCategory, rank: int) -> None:
        parent = category.parent_slug
        command = CreateCategory(
            name=category.name,
            slug=category.slug,
            parent_id=None if parent is None else self._categories[parent],
            rank=rank,
        )
        self._categories[category.slug] = await self._run(
            create_category, command, f"category/{category.slug}", lambda made: made.id, UUID
        )

    async def _apply(self, vendor: PlannedVendor) -> UUID:
        owner = RegisterAccount(
            email=owner_email(vendor.slug),
            name=f"Owner of {vendor.name}"[:120],
            password_hash=self._password_hash,
            is_verified=True,
        )
        account_id = await self._run(
            register_account, owner, f"owner/{vendor.slug}", lambda _: owner.account_id, UUID
        )
        application = ApplyAsVendor(
            owner_account_id=account_id,
            name=vendor.name,
            slug=vendor.slug,
            country=vendor.country,
            currency=vendor.currency,
            contact_email=vendor.contact_email,
            description=vendor.description,
            tax_rate=vendor.tax_rate,
        )
        vendor_id: UUID = await self._run(
            apply_as_vendor, application, f"vendor/{vendor.slug}", lambda made: made.id, UUID
        )
        return vendor_id

    async def _open_shop(self, vendor: PlannedVendor, at_once: asyncio.Semaphore) -> None:
        async with at_once:
            vendor_id = self._vendors[vendor.slug] = await self._apply(vendor)
            approval = ApproveVendor(vendor_id=vendor_id)
            key = f"approval/{vendor.slug}"
            await self._run(approve_vendor, approval, key, lambda made: made.id, UUID)
            goods = [p for p in self._plan.products if p.vendor_slug == vendor.slug]
            for number, some in enumerate(_chunks(goods, PRODUCTS_A_TRANSACTION)):
                await self._stock(vendor.slug, number, some)

    async def _stock(self, vendor_slug: str, number: int, goods: list[PlannedProduct]) -> None:
        command = StockShop(
            vendor_id=self._vendors[vendor_slug],
            goods=tuple((self._categories[p.category_slug], p) for p in goods),
        )
        stocked = await self._run(
            stock_shop, command, f"goods/{vendor_slug}/{number}", list, list[StockedVariant]
        )
        self._variants.update({variant.sku: variant.id for variant in stocked})
        self._done += len(goods)
        self._progress(self._done, len(self._plan.products))

    async def _offer_too(self, offer: PlannedOffer, at_once: asyncio.Semaphore) -> None:
        command = CreateOffer(
            vendor_id=self._vendors[offer.vendor_slug],
            variant_id=self._variants[offer.sku],
            price=Price(offer.price_minor, "GBP"),
            sku=offer.sku,
            stock=offer.stock,
        )
        key = f"offer/{offer.vendor_slug}/{offer.sku}"
        async with at_once:
            await self._run(create_offer, command, key, lambda made: made.id, UUID)

    async def _run(
        self,
        function: Callable[[C, UnitOfWork], Awaitable[R]],
        command: C,
        key: str,
        told: Callable[[R], Any],
        kind: Any,
    ) -> Any:
        """Run a command once; a repeat is told what the first run was told."""
        context = Context(
            actor=ACTOR,
            surface=MARKET,
            correlation_id=new_id(),
            repeatable=Repeatable("demo", key, b"demo"),
        )
        given = await self._runner.run(
            function, command, context, lambda result: answer_with(200, told(result))
        )
        return msgspec.json.decode(given.body, type=kind)


async def _all(steps: Any) -> None:
    async with asyncio.TaskGroup() as tasks:
        for step in steps:
            tasks.create_task(step)


def _chunks(goods: list[PlannedProduct], size: int) -> list[list[PlannedProduct]]:
    return [goods[start : start + size] for start in range(0, len(goods), size)]
