"""Mails put into a folder, where nobody has named a server: for whoever tries plaza out."""

import asyncio
import os
from datetime import datetime
from email.headerregistry import Address
from pathlib import Path
from uuid import UUID

from plaza.adapters.mail_message import message_of
from plaza.contexts.notifications.letter import Letter
from plaza.contexts.notifications.mail_transport import Undelivered
from plaza.kernel.clock import Clock, system_clock

FOLDER_MODE = 0o700
FILE_MODE = 0o600


class FolderTransport:
    """Writes `<time>-<id>.eml`, so that the last name is the newest mail."""

    def __init__(self, folder: Path, sender: Address, clock: Clock = system_clock) -> None:
        self._folder = folder
        self._sender = sender
        self._clock = clock

    async def send(self, mail_id: UUID, letter: Letter) -> None:
        now = self._clock()
        content = message_of(mail_id, letter, self._sender, now).as_bytes()
        try:
            await asyncio.to_thread(self._write, f"{_sortable(now)}-{mail_id}.eml", content)
        except OSError as error:
            raise Undelivered(f"the folder takes no mail: {error.strerror}") from error

    def _write(self, name: str, content: bytes) -> None:
        """Write it whole or not at all: links in it open accounts, and others may look already."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(FOLDER_MODE)
        draft = self._folder / f".{name}.{os.getpid()}"
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(self._folder / name)
        finally:
            draft.unlink(missing_ok=True)


def _sortable(now: datetime) -> str:
    return f"{now:%Y%m%dT%H%M%S}.{now.microsecond:06}Z"
