"""The sender of mails, with everything that it needs, hosted by one process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from email.headerregistry import Address
from pathlib import Path

import structlog

from plaza.adapters.mail_contents import StoredMailContents
from plaza.adapters.mail_folder import FolderTransport
from plaza.adapters.mail_message import sender_of
from plaza.adapters.order_letters import StoredOrderLetters
from plaza.adapters.smtp import SmtpServer, SmtpTransport
from plaza.contexts.notifications.letters import Letters
from plaza.contexts.notifications.mail_queue import MailQueue, open_mail_pool
from plaza.contexts.notifications.mail_transport import MailTransport
from plaza.contexts.notifications.sending import LANES, Sending
from plaza.kernel.cancelling import cancelled
from plaza.kernel.keys import derived_key
from plaza.kernel.shopper_secrets import ShopperSecrets
from plaza.kernel.signed_id import SignedIds
from plaza.reading.pools import open_private_pool
from plaza.settings import InvalidSetting, Settings

STOPPING_S_MAX = 3.0
"""For the mails under way; `plaza up` waits for twice as long before it ends a process."""

log = structlog.get_logger()


@asynccontextmanager
async def mailing(settings: Settings) -> AsyncIterator[None]:
    """Send what is due, until left; then the mails under way are finished."""
    if settings.database_url is None:
        message = "PLAZA_DATABASE_URL is not set; `plaza up` sets it for its processes."
        raise InvalidSetting(message)
    sender = sender_of(settings.mail_from)
    async with AsyncExitStack() as stack:
        reads = await open_private_pool(settings.database_url, LANES)
        stack.push_async_callback(reads.close)
        pool = await open_mail_pool(settings.database_url)
        stack.push_async_callback(pool.close)
        tokens = SignedIds(derived_key(settings.secret(), "mail-token"))
        letters = Letters(sender.display_name or sender.domain, settings.storefront())
        secrets = ShopperSecrets(derived_key(settings.secret(), "shopper-secret"))
        orders = StoredOrderLetters(reads, secrets, letters)
        contents = StoredMailContents(reads, tokens, letters, orders)
        sending = Sending(MailQueue(pool), contents, transport_of(settings, sender))
        running = asyncio.create_task(sending.run())
        try:
            yield
        finally:
            sending.stop()
            await _ended(running)


def transport_of(settings: Settings, sender: Address) -> MailTransport:
    """The server that is set, or a folder."""
    if settings.smtp_host is None:
        folder = mail_folder(settings)
        log.warning("mails_go_into_a_folder", folder=str(folder))
        return FolderTransport(folder, sender)
    server = SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        encryption=settings.smtp_encryption,
        username=settings.smtp_username,
        password=settings.smtp_password,
    )
    return SmtpTransport(server, sender)


def mail_folder(settings: Settings) -> Path:
    """Where mails are put while no server is set."""
    return settings.data_dir.absolute() / "mail"


async def _ended(running: asyncio.Task[None]) -> None:
    """Wait for the mails under way; those that take too long are sent again by another process."""
    await asyncio.wait([running], timeout=STOPPING_S_MAX)
    await cancelled(running)
