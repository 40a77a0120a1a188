"""What mails need of the outside: a way to somebody's mailbox."""

from typing import Protocol
from uuid import UUID

from plaza.contexts.notifications.letter import Letter


class Undelivered(Exception):  # noqa: N818  an outcome that is reckoned with
    """Not this time; the reason holds neither an address nor what the server wrote."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Undeliverable(Undelivered):
    """Not at any time: another attempt would end alike."""


class MailTransport(Protocol):
    async def send(self, mail_id: UUID, letter: Letter) -> None:
        """Send it, within 25 seconds; a repeat carries the same Message-ID.

        Raises:
            Undelivered: not now.
            Undeliverable: never.
        """
