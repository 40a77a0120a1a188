"""Facts that somebody is to be told of become one mail each, however often they are delivered."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from plaza.bootstrap import PROCESSES
from plaza.contexts.identity.events import MailRequested
from plaza.contexts.ordering.events import (
    OrderCanceled,
    OrderFailed,
    OrderPlaced,
    VendorOrderPlaced,
)
from plaza.contexts.vendors.events import MemberInvited
from plaza.kernel.event import Event
from plaza.processes import (
    queue_mail_on_mail_requested,
    queue_mail_on_member_invited,
    queue_mail_on_order_canceled,
    queue_mail_on_order_failed,
    queue_mail_on_order_placed,
    queue_mail_on_vendor_order_placed,
)
from plaza.processes.process import Process
from plaza.settings import Settings
from plaza.writing.runner import CommandRunner
from processes.following import a_follower, follow_to_the_end, run, upto_of
from projecting.connecting import Connect
from projecting.log import sequence, tell
from read_models.given import an_event

ON_REQUEST = queue_mail_on_mail_requested.PROCESS
ON_INVITATION = queue_mail_on_member_invited.PROCESS
CASES: list[Any] = [
    pytest.param(ON_REQUEST, MailRequested, "mail_request_id", id="request"),
    pytest.param(ON_INVITATION, MemberInvited, "invitation_id", id="invitation"),
]


ON_PLACED = queue_mail_on_order_placed.PROCESS
ON_CANCELED = queue_mail_on_order_canceled.PROCESS
ON_FAILED = queue_mail_on_order_failed.PROCESS
ON_VENDOR_ORDER = queue_mail_on_vendor_order_placed.PROCESS
ORDERS: list[Any] = [
    pytest.param(ON_PLACED, OrderPlaced, "order_id", "order_placed", id="placed"),
    pytest.param(ON_CANCELED, OrderCanceled, "order_id", "order_canceled", id="canceled"),
    pytest.param(ON_FAILED, OrderFailed, "order_id", "order_failed", id="failed"),
    pytest.param(
        ON_VENDOR_ORDER, VendorOrderPlaced, "vendor_order_id", "vendor_order_placed", id="vendor"
    ),
]


async def mails(connection: asyncpg.Connection) -> dict[UUID, str]:
    rows = await connection.fetch("SELECT id, kind FROM notifications.mail")
    return {row["id"]: row["kind"] for row in rows}


async def queued_facts(connection: asyncpg.Connection) -> list[UUID]:
    rows = await connection.fetch(
        "SELECT aggregate_id FROM outbox.event WHERE type = 'notifications.mail_queued.v1'"
    )
    return [row["aggregate_id"] for row in rows]


@pytest.mark.parametrize(("process", "kind", "named"), CASES)
async def test_each_is_told_of_by_one_mail_however_often_the_fact_comes(
    connection: asyncpg.Connection,
    runner: CommandRunner,
    process: Process,
    kind: type[Event],
    named: str,
) -> None:
    first, second = an_event(kind, **{named: uuid4()}), an_event(kind, **{named: uuid4()})
    await tell(connection, first, second)
    await tell(connection, first)
    last = await sequence(connection)

    await follow_to_the_end(a_follower(connection, process, runner))
    for event in (first, second, first):
        await run(runner, process.command, process.follow_up(event))

    assert await upto_of(connection, process) == last
    expected = {
        event.aggregate_id: getattr(event, "purpose", "invitation") for event in (first, second)
    }
    assert await mails(connection) == expected
    assert sorted(await queued_facts(connection)) == sorted(expected)


# fault 5
async def test_followers_that_race_queue_each_mail_once(
    connection: asyncpg.Connection, connect: Connect, runner: CommandRunner
) -> None:
    events = [an_event(MailRequested, mail_request_id=uuid4()) for _ in range(20)]
    await tell(connection, *events)
    last = await sequence(connection)

    followers = [a_follower(await connect(), ON_REQUEST, runner) for _ in range(3)]
    await asyncio.gather(*map(follow_to_the_end, followers))

    assert await upto_of(connection, ON_REQUEST) == last
    assert await mails(connection) == {e.mail_request_id: e.purpose for e in events}
    assert len(await queued_facts(connection)) == len(events)


@pytest.mark.parametrize(("process", "kind", "named", "mail"), ORDERS)
async def test_an_order_is_told_of_once_a_kind_of_mail(
    connection: asyncpg.Connection,
    runner: CommandRunner,
    process: Process,
    kind: type[Event],
    named: str,
    mail: str,
) -> None:
    event = an_event(kind, **{named: uuid4()})
    await tell(connection, event, event)
    last = await sequence(connection)

    await follow_to_the_end(a_follower(connection, process, runner))
    await run(runner, process.command, process.follow_up(event))

    assert await upto_of(connection, process) == last
    (queued,) = await connection.fetch("SELECT id, kind, about_id FROM notifications.mail")
    assert (queued["kind"], queued["about_id"]) == (mail, event.aggregate_id)
    assert await queued_facts(connection) == [queued["id"]]


async def test_one_order_is_placed_and_canceled_by_a_mail_each(
    connection: asyncpg.Connection, runner: CommandRunner
) -> None:
    order_id = uuid4()
    for process, kind in ((ON_PLACED, OrderPlaced), (ON_CANCELED, OrderCanceled)):
        event = an_event(kind, order_id=order_id)
        await run(runner, process.command, process.follow_up(event))

    assert sorted((await mails(connection)).values()) == ["order_canceled", "order_placed"]


async def test_what_happens_while_order_mails_are_off_is_never_told_of(
    connection: asyncpg.Connection, runner: CommandRunner
) -> None:
    before, after = (an_event(OrderPlaced, order_id=uuid4()) for _ in range(2))
    await tell(connection, before)
    off_until = await sequence(connection)
    await follow_to_the_end(a_follower(connection, ON_PLACED, runner, is_on=False))
    assert await upto_of(connection, ON_PLACED) == off_until

    await tell(connection, after)
    await sequence(connection)
    await follow_to_the_end(a_follower(connection, ON_PLACED, runner))

    told = await connection.fetch("SELECT about_id FROM notifications.mail")
    assert [row["about_id"] for row in told] == [after.aggregate_id]


def test_order_mails_and_nothing_else_can_be_turned_off() -> None:
    optional = [process for process in PROCESSES if process.setting is not None]
    assert optional == [case.values[0] for case in ORDERS]
    assert {process.setting for process in optional} <= set(Settings.__struct_fields__)


def test_a_fact_carries_no_address() -> None:
    for kind in (MailRequested, MemberInvited, OrderPlaced, OrderCanceled, OrderFailed):
        assert not any("email" in name for name in kind.__struct_fields__)
