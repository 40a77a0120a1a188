"""Mails handed to an SMTP server."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.headerregistry import Address
from typing import Literal
from uuid import UUID

import msgspec
from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from plaza.adapters.mail_message import message_of
from plaza.contexts.notifications.letter import Letter
from plaza.contexts.notifications.mail_transport import Undeliverable, Undelivered
from plaza.kernel.clock import Clock, system_clock

ANSWER_S_MAX = 10.0
"""Longest wait for the server's next line."""
SENDING_S_MAX = 20.0
LEAVING_S_MAX = 2.0
PERMANENT_MIN = 500
ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")


class SmtpServer(msgspec.Struct, frozen=True, kw_only=True):
    """A server and how it is talked to."""

    host: str
    port: int
    encryption: Literal["starttls", "tls", "none"]
    username: str | None = None
    password: str | None = None
    answer_s_max: float = ANSWER_S_MAX


class SmtpTransport:
    """Sends each mail over a connection of its own; they are few, and none waits for another."""

    def __init__(self, server: SmtpServer, sender: Address, clock: Clock = system_clock) -> None:
        self._server = server
        self._sender = sender
        self._clock = clock

    async def send(self, mail_id: UUID, letter: Letter) -> None:
        message = message_of(mail_id, letter, self._sender, self._clock())
        try:
            async with self._connected() as client:
                await client.send_message(message)
        except SMTPRecipientsRefused as error:
            raise _refused("recipient", error.recipients[0]) from error
        except SMTPDataError as error:
            raise _refused("message", error) from error
        except SMTPResponseException as error:
            raise Undelivered(f"the server answered {_codes_of(error)}") from error
        except ValueError as error:
            raise Undeliverable("the recipient's address cannot be one") from error
        except (SMTPException, OSError) as error:
            raise Undelivered(f"{type(error).__name__} while talking to the server") from error

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[SMTP]:
        client = SMTP(
            hostname=self._server.host,
            port=self._server.port,
            username=self._server.username,
            password=self._server.password,
            # Never "if the server offers it": whoever sits between could take the offer away.
            use_tls=self._server.encryption == "tls",
            start_tls=self._server.encryption == "starttls",
            timeout=self._server.answer_s_max,
        )
        try:
            async with asyncio.timeout(SENDING_S_MAX):
                await client.connect()
                yield client
            # What the server has taken is sent, however it says good-bye.
            with suppress(SMTPException, OSError):
                await client.quit(timeout=LEAVING_S_MAX)
        finally:
            client.close()


def _refused(what: str, error: SMTPResponseException) -> Undelivered:
    kind = Undeliverable if error.code >= PERMANENT_MIN else Undelivered
    return kind(f"the server refused the {what}: {_codes_of(error)}")


def _codes_of(error: SMTPResponseException) -> str:
    """The codes of the answer; its words often repeat the address."""
    enhanced = ENHANCED.match(error.message)
    return f"{error.code} {enhanced[0]}" if enhanced else str(error.code)
