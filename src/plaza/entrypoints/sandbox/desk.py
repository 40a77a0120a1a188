import asyncio
import sqlite3

import msgspec

from plaza.entrypoints.sandbox.behaviour import Behaviour
from plaza.entrypoints.sandbox.books import Books, writing
from plaza.entrypoints.sandbox.charge import (
    SLOW,
    TIMEOUT_AFTER_CHARGE,
    Charge,
    Moved,
    Movement,
    NewCharge,
    NewMovement,
)
from plaza.entrypoints.sandbox.messages import Messages, told_of_charge, told_of_move
from plaza.entrypoints.sandbox.webhook_sender import WebhookSender
from plaza.kernel.loopback import LoopbackUrl


class Desk:
    """Takes requests one at a time: what happens and what is told of it are one transaction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        messages: Messages,
        sender: WebhookSender,
        behaviour: Behaviour,
        url: LoopbackUrl,
    ) -> None:
        self.books = Books(connection)
        self.messages = messages
        self.behaviour = behaviour
        self._connection = connection
        self._sender = sender
        self._url = url

    async def authorize(self, key: str, asked: NewCharge) -> tuple[Charge, bool]:
        """The charge, and whether its caller is to be kept waiting.

        Raises:
            KeyReused: something else was asked for under the key.
        """
        if asked.token == SLOW and self.books.charge(key) is None:
            await asyncio.sleep(self.behaviour.slow_s)
        with writing(self._connection):
            charge, is_new = self.books.authorize(key, asked)
            hangs = is_new and charge.status == "approved" and asked.token == TIMEOUT_AFTER_CHARGE
            # Of what its shopper has to decide first there is nothing to tell.
            is_decided = charge.status != "action_required"
            if is_new and is_decided and (hangs or self.behaviour.tells_all):
                self._tell(key, told_of_charge(charge))
        return self.shown(charge), hangs

    def close(self, key: str) -> Charge | None:
        """Give up what is not approved; None: it was never heard of and will be refused."""
        with writing(self._connection):
            closed = self.books.close(key)
        return None if closed is None else self.shown(closed)

    def decide(self, reference: str, *, approves: bool) -> Charge | None:
        """The shopper's answer, which counts once."""
        with writing(self._connection):
            charge, counted = self.books.decide(reference, approves=approves)
            if charge is not None and counted:
                self._tell(charge.key, told_of_charge(charge))
        return charge

    def move(self, kind: Movement, key: str, asked: NewMovement) -> Moved:
        """Capture, void or refund.

        Raises:
            KeyReused: something else was asked for under the key.
        """
        with writing(self._connection):
            moved, is_new = self.books.move(kind, key, asked)
            if is_new and self.behaviour.tells_all:
                self._tell(key, told_of_move(moved))
        return moved

    def shown(self, charge: Charge) -> Charge:
        """With the address of its page, while the shopper is to be asked."""
        if charge.status != "action_required":
            return charge
        url = f"{self._url}/confirmations/{charge.reference}"
        return msgspec.structs.replace(charge, redirect_url=url)

    def _tell(self, key: str, body: str) -> None:
        self.messages.add(key, body, self.behaviour.webhook_delay_s)
        self._sender.ring()
