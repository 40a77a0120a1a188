"""Sends the mails that are due: claim, write, deliver, conclude; never in a transaction.

A mail is sent at least once. Who dies with one in hand leaves a lease that runs out, and the next
sender repeats it under the same Message-ID.
"""

import asyncio
from contextlib import suppress
from pathlib import Path
from traceback import extract_tb

import structlog

from plaza.contexts.notifications.mail import delay_after
from plaza.contexts.notifications.mail_contents import MailContents
from plaza.contexts.notifications.mail_queue import ClaimedMail, MailQueue, Outcome
from plaza.contexts.notifications.mail_transport import MailTransport, Undeliverable, Undelivered
from plaza.kernel.database_errors import DATABASE_ERRORS

LANES = 4
"""Mails under way at once: one server that answers slowly holds back few others."""
POLL_INTERVAL_S = 0.5
"""A message in Redis would save half a second of a mail's way and could be lost; an idle poll is
one look at an index that holds only what is due."""
RETRY_DELAY_S = 2.0
DELIVERY_S_MAX = 30.0
CONCLUDING_ATTEMPTS_MAX = 5

log = structlog.get_logger()


class Sending:
    """The sender of one process."""

    def __init__(self, queue: MailQueue, contents: MailContents, transport: MailTransport) -> None:
        self._queue = queue
        self._contents = contents
        self._transport = transport
        self._stopping = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Send until `stop` was called and the mails under way have come to an end."""
        try:
            while not self._stopping.is_set():
                await self._send_due()
            if self._under_way:
                await asyncio.wait(self._under_way)
        finally:
            for task in self._under_way:
                task.cancel()

    def stop(self) -> None:
        """Take nothing new."""
        self._stopping.set()

    async def _send_due(self) -> None:
        if len(self._under_way) == LANES:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            return
        try:
            claimed = await self._queue.claim(LANES - len(self._under_way))
        except DATABASE_ERRORS as error:
            log.warning("mails_not_claimed", error=type(error).__name__)
            await self._pause(RETRY_DELAY_S)
            return
        for mail in claimed:
            task = asyncio.create_task(self._settle(mail))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        if not claimed:
            await self._pause(POLL_INTERVAL_S)

    async def _settle(self, mail: ClaimedMail) -> None:
        outcome = await self._outcome_of(mail)
        told = {"kind": mail.kind, "attempts": mail.attempts, "status": outcome.status}
        if outcome.reason is None:
            log.info("mail_settled", mail_id=str(mail.id), **told)
        else:
            log.warning("mail_not_sent", mail_id=str(mail.id), **told, reason=outcome.reason)
        await self._conclude(mail, outcome)

    async def _outcome_of(self, mail: ClaimedMail) -> Outcome:
        try:
            async with asyncio.timeout(DELIVERY_S_MAX):
                sent = await self._deliver(mail)
        except Undeliverable as refusal:
            return Outcome("failed", refusal.reason)
        except Undelivered as refusal:
            return _later(mail, refusal.reason)
        except TimeoutError:
            return _later(mail, f"took longer than {DELIVERY_S_MAX:g} s")
        except Exception as error:  # noqa: BLE001  one mail's fault must not hold back the others
            return _later(mail, _place_of(error))
        return Outcome("sent" if sent else "dropped")

    async def _deliver(self, mail: ClaimedMail) -> bool:
        letter = await self._contents.letter_of(mail.kind, mail.about_id)
        if letter is None:
            return False
        await self._transport.send(mail.id, letter)
        return True

    async def _conclude(self, mail: ClaimedMail, outcome: Outcome) -> None:
        """Record the outcome; what is not recorded is sent again when the lease is over."""
        for attempt in range(1, CONCLUDING_ATTEMPTS_MAX + 1):
            try:
                if not await self._queue.conclude(mail, outcome):
                    log.warning("mail_lease_lost", mail_id=str(mail.id))
            except DATABASE_ERRORS as error:
                log.warning("mail_not_concluded", mail_id=str(mail.id), error=type(error).__name__)
                await asyncio.sleep(attempt)
            else:
                return

    async def _pause(self, delay_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(delay_s):
                await self._stopping.wait()


def _later(mail: ClaimedMail, reason: str) -> Outcome:
    delay_s = delay_after(mail.attempts)
    if delay_s is None:
        return Outcome("failed", reason)
    return Outcome("pending", reason, delay_s)


def _place_of(error: Exception) -> str:
    """What went wrong where; its message may quote an address."""
    place = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
