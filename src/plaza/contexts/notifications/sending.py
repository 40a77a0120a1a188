"""Sends the mails that are due: claim, write, deliver, conclude; never in a transaction.

A mail is sent at least once. Who dies with one in hand leaves a lease that runs out, and the next
sender repeats it under the same Message-ID.
"""

import asyncio

import structlog

from plaza.contexts.notifications.mail import delay_after
from plaza.contexts.notifications.mail_contents import MailContents
from plaza.contexts.notifications.mail_queue import ClaimedMail, MailQueue, Outcome
from plaza.contexts.notifications.mail_transport import MailTransport, Undeliverable, Undelivered
from plaza.kernel.database_errors import DATABASE_ERRORS
from plaza.writing.lanes import Lanes, place_of

LANES = 4
"""Mails under way at once: one server that answers slowly holds back few others."""
DELIVERY_S_MAX = 30.0
CONCLUDING_ATTEMPTS_MAX = 5

log = structlog.get_logger()


class Sending:
    """The sender of one process."""

    def __init__(self, queue: MailQueue, contents: MailContents, transport: MailTransport) -> None:
        self._queue = queue
        self._contents = contents
        self._transport = transport
        self._lanes = Lanes(queue.claim, self._settle, LANES)

    async def run(self) -> None:
        """Send until `stop` was called and the mails under way have come to an end."""
        await self._lanes.run()

    def stop(self) -> None:
        """Take nothing new."""
        self._lanes.stop()

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
            return _later(mail, place_of(error))
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


def _later(mail: ClaimedMail, reason: str) -> Outcome:
    delay_s = delay_after(mail.attempts)
    if delay_s is None:
        return Outcome("failed", reason)
    return Outcome("pending", reason, delay_s)
