"""A mail is sent at least once, by one sender at a time, and nobody's mail holds back another's."""

import io
from uuid import UUID

import pytest
import structlog

from contexts.notifications.mails import RECIPIENT, EveryLetter, Mails, Postman, sending
from plaza.contexts.notifications import sending as the_module
from plaza.contexts.notifications.letter import Letter
from plaza.contexts.notifications.mail_queue import DUE, LEASE_S, MailQueue, Outcome, open_mail_pool
from plaza.contexts.notifications.mail_transport import Undeliverable, Undelivered
from plaza.settings import Settings
from plaza.writing import lanes
from writing.watching import until

PLAN = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off"


async def test_a_mail_that_is_due_is_sent_once(fresh_settings: Settings, mails: Mails) -> None:
    postman, mail_id = Postman(), await mails.queue()
    async with sending(fresh_settings, postman):
        row = await mails.becomes(mail_id, "sent")

    assert postman.sent == [mail_id]
    assert (row["attempts"], row["last_error"], row["leased_until"]) == (1, None, None)
    assert row["sent_at"] >= row["created_at"]


async def test_a_mail_that_comes_later_is_found(fresh_settings: Settings, mails: Mails) -> None:
    async with sending(fresh_settings, Postman()):
        await mails.becomes(await mails.queue(), "sent")
        await mails.becomes(await mails.queue(), "sent")


async def test_a_mail_that_nobody_is_to_get_is_dropped(
    fresh_settings: Settings, mails: Mails
) -> None:
    class Nobody:
        async def letter_of(self, _kind: str, _mail_id: UUID) -> Letter | None:
            return None

    postman, mail_id = Postman(), await mails.queue()
    async with sending(fresh_settings, postman, Nobody()):
        await mails.becomes(mail_id, "dropped")

    assert postman.sent == []


async def test_what_is_refused_for_now_is_tried_again_a_minute_later(
    fresh_settings: Settings, mails: Mails
) -> None:
    postman, mail_id = Postman([Undelivered("451 4.7.1")]), await mails.queue()

    async def was_tried() -> bool:
        row = await mails.row(mail_id)
        return bool(row["attempts"] == 1 and row["status"] == "pending")

    async with sending(fresh_settings, postman):
        await until(was_tried)
        row = await mails.row(mail_id)
        assert row["last_error"] == "451 4.7.1"
        assert 55 < row["due_in_s"] <= 60 * 1.2
        await mails.make_due(mail_id)
        row = await mails.becomes(mail_id, "sent")

    assert (postman.sent, row["attempts"], row["last_error"]) == ([mail_id], 2, None)


async def test_after_the_last_attempt_it_has_failed(fresh_settings: Settings, mails: Mails) -> None:
    mail_id = await mails.queue(attempts=5)
    async with sending(fresh_settings, Postman([Undelivered("451 4.7.1")])):
        row = await mails.becomes(mail_id, "failed")

    assert (row["attempts"], row["last_error"]) == (6, "451 4.7.1")


async def test_what_is_refused_for_good_has_failed_at_once(
    fresh_settings: Settings, mails: Mails
) -> None:
    mail_id = await mails.queue()
    async with sending(fresh_settings, Postman([Undeliverable("550 5.1.1")])):
        row = await mails.becomes(mail_id, "failed")

    assert (row["attempts"], row["last_error"]) == (1, "550 5.1.1")


# fault 83
async def test_a_bug_costs_its_own_mail_an_attempt_and_tells_nobodys_address(
    fresh_settings: Settings, mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.StringIO()
    # By itself: what another test has set up for the process may leave warnings out.
    logger = structlog.wrap_logger(
        structlog.WriteLogger(written),
        processors=[structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.BoundLogger,
    )
    monkeypatch.setattr(the_module, "log", logger)
    broken = await mails.queue()
    postman = Postman([ValueError(f"no mailbox for {RECIPIENT}")])
    async with sending(fresh_settings, postman):
        await until(lambda: _has_attempts(mails, broken, 1))
        row = await mails.becomes(broken, "pending")
        other = await mails.queue()
        await mails.becomes(other, "sent")

    assert row["last_error"].startswith("ValueError in mails.py:")
    assert RECIPIENT not in written.getvalue()
    assert str(broken) in written.getvalue()


async def _has_attempts(mails: Mails, mail_id: UUID, attempts: int) -> bool:
    return bool((await mails.row(mail_id))["attempts"] == attempts)


async def test_a_delivery_without_end_is_given_up_before_its_lease_is(
    fresh_settings: Settings, mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LEASE_S >= 2 * the_module.DELIVERY_S_MAX
    monkeypatch.setattr(the_module, "DELIVERY_S_MAX", 0.1)
    postman, mail_id = Postman(), await mails.queue()
    postman.may_deliver.clear()
    async with sending(fresh_settings, postman):
        await until(lambda: _has_attempts(mails, mail_id, 1))
        row = await mails.becomes(mail_id, "pending")

    assert "took longer" in row["last_error"]


# fault 36
async def test_a_stop_finishes_what_is_under_way_and_takes_nothing_new(
    fresh_settings: Settings, mails: Mails
) -> None:
    postman, under_way = Postman(), await mails.queue()
    postman.may_deliver.clear()
    async with sending(fresh_settings, postman) as sender:
        await mails.becomes(under_way, "sending")
        await until(lambda: _is_under_way(postman, under_way))
        sender.stop()
        late = await mails.queue()
        postman.may_deliver.set()

    assert (await mails.row(under_way))["status"] == "sent"
    assert (await mails.row(late))["status"] == "pending"


async def _is_under_way(postman: Postman, mail_id: UUID) -> bool:
    return mail_id in postman.under_way


async def test_a_mail_whose_sender_died_is_sent_when_its_lease_is_over(
    fresh_settings: Settings, mails: Mails
) -> None:
    dying, mail_id = Postman(), await mails.queue()
    dying.may_deliver.clear()
    async with sending(fresh_settings, dying) as sender:
        await until(lambda: _is_under_way(dying, mail_id))
        for task in tuple(sender._lanes._under_way):  # noqa: SLF001  killed, as the process would be
            task.cancel()
    assert (await mails.row(mail_id))["status"] == "sending"

    postman = Postman()
    async with sending(fresh_settings, postman):
        other = await mails.queue()
        await mails.becomes(other, "sent")
        assert (await mails.row(mail_id))["status"] == "sending"
        await mails.make_due(mail_id)
        row = await mails.becomes(mail_id, "sent")

    assert postman.sent == [other, mail_id]
    assert row["attempts"] == 2


async def test_many_senders_send_each_mail_once_and_never_two_at_a_time(
    fresh_settings: Settings, mails: Mails
) -> None:
    queued = [await mails.queue() for _ in range(60)]
    postman = Postman()
    async with (
        sending(fresh_settings, postman),
        sending(fresh_settings, postman),
        sending(fresh_settings, postman),
    ):
        for mail_id in queued:
            await mails.becomes(mail_id, "sent")

    assert sorted(postman.sent) == sorted(queued)
    assert postman.met == []


async def test_a_slow_mailbox_holds_back_nobody_elses_mail(
    fresh_settings: Settings, mails: Mails
) -> None:
    class OneIsSlow(Postman):
        async def send(self, mail_id: UUID, _: Letter) -> None:
            if mail_id == slow:
                await self.may_deliver.wait()
            self.sent.append(mail_id)

    slow = await mails.queue()
    postman = OneIsSlow()
    postman.may_deliver.clear()
    async with sending(fresh_settings, postman):
        for mail_id in [await mails.queue() for _ in range(10)]:
            await mails.becomes(mail_id, "sent")
        assert (await mails.row(slow))["status"] == "sending"
        postman.may_deliver.set()


async def test_who_has_lost_the_lease_has_nothing_to_say(
    fresh_settings: Settings, mails: Mails
) -> None:
    assert fresh_settings.database_url is not None
    mail_id = await mails.queue()
    pool = await open_mail_pool(fresh_settings.database_url)
    queue = MailQueue(pool)
    (slow,) = await queue.claim(4)
    assert await queue.claim(4) == []
    await mails.make_due(mail_id)
    (fast,) = await queue.claim(4)

    assert await queue.conclude(slow, Outcome("failed", "too late")) is False
    assert await queue.conclude(fast, Outcome("sent")) is True
    assert await queue.conclude(fast, Outcome("failed", "again")) is False
    await pool.close()

    row = await mails.row(mail_id)
    assert (row["status"], row["last_error"]) == ("sent", None)


async def test_lost_connections_lose_no_mail_and_end_no_sender(
    fresh_settings: Settings, mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "RETRY_DELAY_S", 0.05)
    postman, mail_id = Postman(), await mails.queue()
    postman.may_deliver.clear()
    async with sending(fresh_settings, postman):
        await until(lambda: _is_under_way(postman, mail_id))
        for _ in range(3):
            await _cut_connections(mails)
        postman.may_deliver.set()
        await mails.becomes(mail_id, "sent")
        await _cut_connections(mails)
        other = await mails.queue()
        await mails.becomes(other, "sent")

    assert postman.sent == [mail_id, other]


async def _cut_connections(mails: Mails) -> None:
    await mails.connection.execute("""
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'plaza mails' AND datname = current_database()
    """)


async def test_what_is_due_is_found_by_an_index_that_holds_nothing_else(
    mails: Mails,
) -> None:
    queued = await mails.queue()
    async with mails.connection.transaction():
        await mails.connection.execute(f"{PLAN}; SET LOCAL ROLE plaza_app")
        plan = await mails.connection.fetchval(f"EXPLAIN (FORMAT JSON) {DUE}", 4)

    assert '"mail_due_idx"' in plan
    assert "Index Cond" in plan
    assert (await mails.row(queued))["status"] == "pending"


async def test_a_letter_that_cannot_be_read_now_is_written_later(
    fresh_settings: Settings, mails: Mails
) -> None:
    class AwayOnce(EveryLetter):
        asked = 0

        async def letter_of(self, kind: str, mail_id: UUID) -> Letter | None:
            self.asked += 1
            if self.asked == 1:
                raise ConnectionResetError
            return await super().letter_of(kind, mail_id)

    mail_id = await mails.queue()
    async with sending(fresh_settings, Postman(), AwayOnce()):
        await until(lambda: _has_attempts(mails, mail_id, 1))
        await mails.becomes(mail_id, "pending")
        await mails.make_due(mail_id)
        await mails.becomes(mail_id, "sent")
