"""Facts that somebody is to be told of become one mail each, however often they are delivered."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from plaza.contexts.identity.events import MailRequested
from plaza.contexts.vendors.events import MemberInvited
from plaza.kernel.event import Event
from plaza.processes import queue_mail_on_mail_requested, queue_mail_on_member_invited
from plaza.processes.process import Process
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


def test_a_fact_carries_no_address() -> None:
    for kind in (MailRequested, MemberInvited):
        assert not any("email" in name for name in kind.__struct_fields__)
