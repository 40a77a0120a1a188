"""What accounts are now, told as facts; never who the person is."""

from collections.abc import Iterator

import asyncpg

from plaza.contexts.identity.events import (
    AccountErased,
    AccountRegistered,
    EmailVerified,
    MailRequested,
)
from plaza.kernel.event import Event
from plaza.outbox.snapshot import Snapshot, Source, told

ACCOUNTS = """
    SELECT id AS account_id, version, email_verified_at, erased_at FROM identity.account
    ORDER BY id
"""
MAIL_REQUESTS = """
    SELECT id AS mail_request_id, 1 AS version, purpose FROM identity.mail_request ORDER BY id
"""


def account(row: asyncpg.Record) -> Iterator[Event]:
    yield told(AccountRegistered, row)
    if row["email_verified_at"] is not None:
        yield told(EmailVerified, row)
    if row["erased_at"] is not None:
        yield told(AccountErased, row)


def mail_request(row: asyncpg.Record) -> Iterator[Event]:
    yield told(MailRequested, row)


snapshot = Snapshot(
    Source(tells=(AccountRegistered, EmailVerified, AccountErased), sql=ACCOUNTS, events=account),
    Source(tells=(MailRequested,), sql=MAIL_REQUESTS, events=mail_request),
)
