import asyncio
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime

import httpx
import structlog
from standardwebhooks.webhooks import Webhook

from plaza.entrypoints.sandbox.behaviour import Behaviour
from plaza.entrypoints.sandbox.messages import Message, Messages

BATCH = 20
TIMEOUT_S = 5.0
RETRY_S_MIN = 1.0
RETRY_S_MAX = 60.0
DOUBLINGS_MAX = 6

log = structlog.get_logger()


class WebhookSender:
    """Sends what is due until it is answered 2xx, waiting longer each time."""

    def __init__(
        self, messages: Messages, behaviour: Behaviour, webhook: Webhook, url: str | None
    ) -> None:
        """Describe it.

        Args:
            messages: where they are kept.
            behaviour: in which order and how often they are sent, looked at each time.
            webhook: signs them.
            url: the receiver; without one they are kept and not sent.
        """
        self._messages = messages
        self._behaviour = behaviour
        self._webhook = webhook
        self._url = url
        self._added = asyncio.Event()

    def ring(self) -> None:
        """There is something to send."""
        self._added.set()

    async def run(self) -> None:
        """Send until cancelled."""
        if self._url is not None:
            async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
                await self._run(client, self._url)

    async def _run(self, client: httpx.AsyncClient, url: str) -> None:
        while True:
            self._added.clear()
            try:
                await self._send_due(client, url)
                wait_s = self._messages.seconds_to_next()
            except sqlite3.OperationalError as error:
                # Another process holds the books, for as long as it takes to end it.
                log.warning("sandbox_webhooks_wait", error=str(error))
                wait_s = RETRY_S_MIN
            with suppress(TimeoutError):
                await asyncio.wait_for(self._added.wait(), wait_s)

    async def _send_due(self, client: httpx.AsyncClient, url: str) -> None:
        due = self._messages.due(BATCH)
        if not self._behaviour.newest_first:
            await asyncio.gather(*(self._send(client, url, message) for message in due))
            return
        if due:
            # What happened after it overtakes it.
            due = self._messages.due(BATCH, self._behaviour.webhook_delay_s)
        for message in reversed(due):
            await self._send(client, url, message)

    async def _send(self, client: httpx.AsyncClient, url: str, message: Message) -> None:
        copies = range(self._behaviour.webhook_copies)
        answers = await asyncio.gather(*(self._answer(client, url, message) for _ in copies))
        refusals = [answer for answer in answers if not answer.startswith("2")]
        retry_s = min(RETRY_S_MIN * 2 ** min(message.attempts, DOUBLINGS_MAX), RETRY_S_MAX)
        told = (refusals or answers)[0]
        self._messages.attempted(message, told, retry_s=retry_s if refusals else None)
        if refusals:
            log.info("sandbox_webhook_not_taken", answer=told, retry_s=retry_s)

    async def _answer(self, client: httpx.AsyncClient, url: str, message: Message) -> str:
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(message.id, now, message.body),
        }
        try:
            response = await client.post(url, content=message.body, headers=headers)
        except httpx.HTTPError as error:
            return type(error).__name__
        return str(response.status_code)
