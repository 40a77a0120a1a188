"""Which mails there are now, told as facts."""

from collections.abc import Iterator

import asyncpg

from plaza.contexts.notifications.events import MailQueued
from plaza.kernel.event import Event
from plaza.outbox.snapshot import Snapshot, Source, told

MAILS = "SELECT id AS mail_id, version, kind FROM notifications.mail ORDER BY id"


def mail(row: asyncpg.Record) -> Iterator[Event]:
    yield told(MailQueued, row)


snapshot = Snapshot(Source(tells=(MailQueued,), sql=MAILS, events=mail))
