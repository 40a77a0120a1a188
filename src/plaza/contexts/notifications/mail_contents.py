"""What mails need of those who ask for them: to whom each goes, and what it says."""

from typing import Protocol
from uuid import UUID

from plaza.contexts.notifications.letter import Letter


class MailContents(Protocol):
    async def letter_of(self, kind: str, about_id: UUID) -> Letter | None:
        """The letter as of now about a thing; None where nobody is to get it any more."""
