"""Worker processes as `plaza up` starts them: what they send, and what their end leaves."""

import asyncio
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from time import monotonic
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import msgspec
import pytest_asyncio

from adapters.people import People
from adapters.smtp_server import Mailbox, smtp_server
from contexts.notifications.mails import Mails
from plaza.entrypoints.supervising.processes import commands, environment
from plaza.kernel.keys import derived_key
from plaza.kernel.signed_id import SignedIds
from plaza.settings import Settings
from writing.watching import watching

QUEUE = "INSERT INTO notifications.mail (id, kind, version) VALUES ($1, $2, 1)"
START_TIMEOUT_S = 60


@pytest_asyncio.fixture(loop_scope="session")
async def people(fresh_settings: Settings) -> AsyncIterator[People]:
    async with watching(fresh_settings) as connection:
        yield People(connection)


async def a_queued_mail(people: People) -> tuple[UUID, str]:
    """A mail that is due, and to whom it goes."""
    account_id, email = await people.account(f"canary-{monotonic()}@plaza.example")
    mail_id = await people.request("verify_email", email, account_id)
    await people.connection.execute(QUEUE, mail_id, "verify_email")
    return mail_id, email


@asynccontextmanager
async def worker(settings: Settings) -> AsyncIterator[Process]:
    """A worker process; ended at the latest when it is left."""
    process = await asyncio.create_subprocess_exec(
        *commands(settings)["worker"],
        env=environment(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def stopped(process: Process) -> str:
    """Ask it to end; what it has written until then."""
    process.send_signal(signal.SIGTERM)
    written, _ = await process.communicate()
    return written.decode()


def token_in(message: EmailMessage) -> str:
    text = message.get_body(("plain",))
    assert text is not None
    content: str = text.get_content()
    (link,) = {word for word in content.split() if "?token=" in word}
    (token,) = parse_qs(urlsplit(link).query)["token"]
    return token


# faults 36 and 83
async def test_without_a_server_a_mail_is_put_into_the_folder_and_nobody_reads_it_in_the_log(
    fresh_settings: Settings, people: People, tmp_path: Path
) -> None:
    settings = msgspec.structs.replace(
        fresh_settings, data_dir=tmp_path, log_level="debug", mail_from="Plaza & Co <a@b.example>"
    )
    mail_id, email = await a_queued_mail(people)
    async with worker(settings) as process:
        await Mails(people.connection).becomes(mail_id, "sent", START_TIMEOUT_S)
        begun = monotonic()
        written = await stopped(process)
        assert monotonic() - begun < 6

    (file,) = (tmp_path / "mail").iterdir()
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert (message["To"], message["From"]) == (email, "Plaza & Co <a@b.example>")
    token = token_in(message)
    tokens = SignedIds(derived_key(settings.secret(), "mail-token"))
    assert tokens.read(token, "verify_email") == mail_id
    assert process.returncode == 0
    assert str(mail_id) in written
    assert [secret for secret in (email, token, "canary") if secret in written] == []


async def test_a_mail_whose_worker_was_killed_is_sent_by_the_next_one_under_the_same_id(
    fresh_settings: Settings, people: People
) -> None:
    mailbox, mails = Mailbox(), Mails(people.connection)
    mailbox.may_answer.clear()
    mail_id, email = await a_queued_mail(people)
    async with smtp_server(mailbox) as port:
        settings = msgspec.structs.replace(
            fresh_settings, smtp_host="127.0.0.1", smtp_port=port, smtp_encryption="none"
        )
        async with worker(settings) as process:
            async with asyncio.timeout(START_TIMEOUT_S):
                await mailbox.asked.wait()
            process.kill()
            await process.wait()
        assert (await mails.row(mail_id))["status"] == "sending"

        # The server had it: what it tells nobody is sent twice, and can be recognized.
        mailbox.may_answer.set()
        await mails.make_due(mail_id)
        async with worker(settings):
            row = await mails.becomes(mail_id, "sent", START_TIMEOUT_S)

    assert row["attempts"] == 2
    assert set(mailbox.recipients) == {email}
    assert {message["Message-ID"] for message in mailbox.messages} == {f"<{mail_id}@plaza.example>"}


# fault 36
async def test_a_server_that_hangs_does_not_hold_back_the_end(
    fresh_settings: Settings, people: People
) -> None:
    mailbox = Mailbox()
    mailbox.may_answer.clear()
    mail_id, _ = await a_queued_mail(people)
    async with smtp_server(mailbox) as port:
        settings = msgspec.structs.replace(
            fresh_settings, smtp_host="127.0.0.1", smtp_port=port, smtp_encryption="none"
        )
        async with worker(settings) as process:
            async with asyncio.timeout(START_TIMEOUT_S):
                await mailbox.asked.wait()
            begun = monotonic()
            await stopped(process)
            assert monotonic() - begun < 10

    assert (await Mails(people.connection).row(mail_id))["status"] == "sending"
