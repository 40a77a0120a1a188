"""Asking the provider for money to be moved: once a key, outside of transactions, until known."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest_asyncio

from contexts.payments.paying import APPROVED, PUT_ASIDE, Paying
from contexts.payments.scripted_provider import ScriptedProvider
from plaza.bootstrap import CONSTRAINTS
from plaza.contexts.payments.commands.charge_payment import ChargePayment, charge_payment
from plaza.contexts.payments.due_operations import DueOperations, open_payment_pool
from plaza.contexts.payments.moving import Moving
from plaza.contexts.payments.provider import MovementMade, MovementRequest, OutcomeNotKnown
from plaza.settings import Settings
from plaza.writing.engine import open_command_runner
from plaza.writing.runner import CommandRunner
from writing.watching import until, watching

SHORT_LEASE_S = 0.05
MAKE_DUE = "UPDATE payments.operation SET next_attempt_at = now() WHERE id = $1"


@dataclass
class Desk:
    """A market of its own, whose money is moved by whoever is made here."""

    runner: CommandRunner
    database: asyncpg.Connection
    pool: asyncpg.Pool
    provider: ScriptedProvider

    def moving(self, lease_s: float = 30) -> Moving:
        return Moving(self.due(lease_s), {"scripted": self.provider}, self.runner)

    def due(self, lease_s: float = 30) -> DueOperations:
        return DueOperations(self.pool, lease_s)

    async def paid(self, *amounts: int) -> Paying:
        paying = await Paying.open(self.runner, self.database, *amounts)
        await paying.tell(APPROVED)
        return paying

    async def refund_of(self, amount_minor: int) -> tuple[Paying, UUID]:
        """A payment and the key of a refund of it that is due."""
        paying = await self.paid(1000)
        await paying.give_back(paying.parts[0], amount_minor)
        (operation,) = await paying.operations()
        return paying, operation["id"]

    async def settle(self, moving: Moving) -> None:
        """Do all that is due, one after the other."""
        while claimed := await self.due().claim(10):
            for operation in claimed:
                await moving.move(operation)


@pytest_asyncio.fixture(loop_scope="session")
async def desk(fresh_settings: Settings) -> AsyncIterator[Desk]:
    assert fresh_settings.database_url is not None
    pool = await open_payment_pool(fresh_settings.database_url)
    async with (
        open_command_runner(fresh_settings, CONSTRAINTS, "plaza payments of tests") as runner,
        watching(fresh_settings) as database,
        watching(fresh_settings) as looking,
    ):
        yield Desk(runner, database, pool, ScriptedProvider(looking))
    await pool.close()


async def test_each_share_is_asked_for_under_a_key_of_its_own_and_outside_of_transactions(
    desk: Desk,
) -> None:
    paying = await Paying.open(desk.runner, desk.database, 600, 400)
    await paying.tell(PUT_ASIDE)
    await paying.give_back(paying.parts[0], 100)
    await paying.run(charge_payment, ChargePayment(payment_id=paying.id))

    await desk.settle(desk.moving())

    asked = {(what, request.amount.amount_minor) for what, request in desk.provider.asked}
    assert asked == {("void", 100), ("capture", 500), ("capture", 400)}
    assert {request.reference for _, request in desk.provider.asked} == {"ch_1"}
    assert len(desk.provider.done) == 3
    assert desk.provider.in_transaction == [0, 0, 0]
    assert (await paying.stored())["status"] == "paid"
    await paying.check()


async def test_what_is_still_being_taken_is_refunded_afterwards(desk: Desk) -> None:
    paying = await Paying.open(desk.runner, desk.database, 1000)
    await paying.tell(PUT_ASIDE)
    await paying.run(charge_payment, ChargePayment(payment_id=paying.id))
    await paying.give_back(paying.parts[0], 300)

    (charge,) = await desk.due().claim(10)
    assert await desk.due().claim(10) == []
    await desk.moving().move(charge)
    await desk.settle(desk.moving())

    assert [what for what, _ in desk.provider.asked] == ["capture", "refund"]
    assert (await paying.stored())["status"] == "partially_refunded"


async def test_a_second_approval_is_given_back_under_its_own_reference(desk: Desk) -> None:
    paying = await Paying.open(desk.runner, desk.database, 1000)
    await paying.tell(OutcomeNotKnown())
    second = await paying.begin_again()
    await paying.tell(APPROVED, second)
    await paying.tell(type(APPROVED)(reference="ch_other", is_captured=True))

    await desk.settle(desk.moving())

    ((what, request),) = desk.provider.asked
    assert (what, request.reference, request.amount.amount_minor) == ("refund", "ch_other", 1000)


# fault 57
async def test_who_dies_between_asking_and_recording_is_followed_under_the_same_key(
    desk: Desk,
) -> None:
    paying, key = await desk.refund_of(300)
    (operation,) = await desk.due(SHORT_LEASE_S).claim(1)
    asked = asyncio.Event()

    async def hangs(_: MovementRequest) -> None:
        desk.provider.done[key] = ("refund", operation.request())
        asked.set()
        await asyncio.Event().wait()

    desk.provider.before = hangs
    dying = asyncio.create_task(desk.moving().move(operation))
    await asked.wait()
    dying.cancel()
    await asyncio.wait([dying])
    desk.provider.before = None

    follower = desk.moving()
    running = asyncio.create_task(follower.run())
    await until(lambda: _is_status(paying, "partially_refunded"))
    follower.stop()
    await running

    assert [request.operation_id for _, request in desk.provider.asked] == [key, key]
    assert len(desk.provider.done) == 1
    assert (await paying.stored())["refunded_minor"] == 300
    assert len(await paying.facts("payment_refunded")) == 1


async def test_without_an_answer_it_is_asked_again_later_and_later_under_the_same_key(
    desk: Desk,
) -> None:
    paying, key = await desk.refund_of(300)
    desk.provider.says = lambda _: OutcomeNotKnown()
    waits = []
    for _ in range(4):
        await desk.settle(desk.moving())
        waits.append(
            await desk.database.fetchval(
                "SELECT extract(epoch FROM next_attempt_at - now())::float"
                " FROM payments.operation WHERE id = $1 AND claimed_until IS NULL",
                key,
            )
        )
        await desk.database.execute(MAKE_DUE, key)
    assert 1 < waits[0] < waits[1] < waits[2] < waits[3]
    assert (await paying.stored())["refunded_minor"] == 0

    desk.provider.says = lambda _: MovementMade()
    await desk.settle(desk.moving())

    assert {request.operation_id for _, request in desk.provider.asked} == {key}
    assert (await paying.stored())["refunded_minor"] == 300


async def test_two_workers_ask_for_each_thing_once(desk: Desk) -> None:
    paying = await desk.paid(*[100] * 20)
    await paying.give_all_back()
    workers = [desk.moving(), desk.moving()]

    running = [asyncio.create_task(worker.run()) for worker in workers]
    await until(lambda: _is_status(paying, "refunded"))
    for worker in workers:
        worker.stop()
    await asyncio.wait(running)

    assert len(desk.provider.asked) == len(desk.provider.done) == 20
    await paying.check()


async def test_what_belongs_to_a_provider_that_is_not_set_any_more_waits_for_it(
    desk: Desk,
) -> None:
    paying, key = await desk.refund_of(300)
    (operation,) = await desk.due().claim(1)

    await Moving(desk.due(), {}, desk.runner).move(operation)

    assert (await paying.operations())[0]["status"] == "requested"
    await desk.database.execute(MAKE_DUE, key)
    await desk.settle(desk.moving())
    assert (await paying.stored())["status"] == "partially_refunded"


async def test_one_refund_that_cannot_be_recorded_holds_back_no_other(desk: Desk) -> None:
    broken, key = await desk.refund_of(300)
    paying, _ = await desk.refund_of(200)

    async def breaks(request: MovementRequest) -> None:
        if request.operation_id == key:
            raise ValueError("an adapter's mistake")

    desk.provider.before = breaks
    worker = desk.moving()
    running = asyncio.create_task(worker.run())
    await until(lambda: _is_status(paying, "partially_refunded"))
    worker.stop()
    await running

    assert (await broken.stored())["refunded_minor"] == 0
    assert (await broken.operations())[0]["claimed_until"] is not None


async def _is_status(paying: Paying, status: str) -> bool:
    return bool((await paying.stored())["status"] == status)
