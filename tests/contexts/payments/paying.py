"""Payments of the tests: opened, told of, and compared with what their occurrences come to."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

import asyncpg
import msgspec

from plaza.contexts.payments.commands.begin_attempt import BeginAttempt, begin_attempt
from plaza.contexts.payments.commands.claim_payment import ClaimPayment, claim_payment
from plaza.contexts.payments.commands.give_up_payment import GiveUpPayment, give_up_payment
from plaza.contexts.payments.commands.open_payment import OpenPayment, ShareOf, open_payment
from plaza.contexts.payments.commands.record_movement import RecordMovement, record_movement
from plaza.contexts.payments.commands.record_outcome import RecordOutcome, record_outcome
from plaza.contexts.payments.commands.return_payment import ReturnPayment, return_payment
from plaza.contexts.payments.commands.return_share import ReturnShare, return_share
from plaza.contexts.payments.occurrence import Amounts, Occurrence, amounts_of
from plaza.contexts.payments.provider import Approved, Finding, Movement
from plaza.kernel.actor import MARKET, SYSTEM, Surface
from plaza.kernel.ids import new_id
from plaza.writing.answer import answer_with
from plaza.writing.runner import Command, CommandRunner, Context

APPROVED = Approved(reference="ch_1", is_captured=True)
PUT_ASIDE = Approved(reference="ch_1", is_captured=False)
CLAIM_S = 30
AMOUNTS = ("authorized", "captured", "voided", "refunded")


@dataclass
class Paying:
    """One payment, its runner and a connection that sees everything."""

    runner: CommandRunner
    database: asyncpg.Connection
    opening: OpenPayment
    surface: Surface = MARKET

    @classmethod
    async def open(
        cls,
        runner: CommandRunner,
        database: asyncpg.Connection,
        *amounts: int,
        **changes: Any,
    ) -> Self:
        """A payment of shares of these amounts, whose first attempt was just begun."""
        shares = tuple(
            ShareOf(vendor_order_id=new_id(), vendor_id=uuid4(), amount_minor=amount)
            for amount in amounts
        )
        opening = OpenPayment(
            payment_id=uuid4(),
            operation_id=uuid4(),
            order_id=new_id(),
            account_id=None,
            provider="scripted",
            currency="GBP",
            amount_minor=sum(amounts),
            shares=shares,
            expires_at=datetime.now(UTC) + timedelta(minutes=30),
            claim_s=CLAIM_S,
        )
        paying = cls(runner, database, msgspec.structs.replace(opening, **changes))
        await paying.run(open_payment, paying.opening)
        return paying

    @property
    def id(self) -> UUID:
        return self.opening.payment_id

    @property
    def attempt(self) -> UUID:
        """The first one."""
        return self.opening.operation_id

    @property
    def parts(self) -> list[UUID]:
        return [share.vendor_order_id for share in self.opening.shares]

    async def run(self, function: Command[Any, Any], command: Any, **of: Any) -> bytes:
        surface = of.get("surface", self.surface)
        context = Context(actor=SYSTEM, surface=surface, correlation_id=uuid4())
        given = await self.runner.run(
            function, command, context, lambda result: answer_with(200, _plain(result))
        )
        return given.body

    async def tell(self, outcome: Finding, attempt: UUID | None = None) -> None:
        told = RecordOutcome(operation_id=attempt or self.attempt, outcome=outcome)
        await self.run(record_outcome, told)

    async def move(self, operation_id: UUID, outcome: Movement) -> None:
        await self.run(record_movement, RecordMovement(operation_id=operation_id, outcome=outcome))

    async def begin_again(self, **changes: Any) -> UUID:
        """Another attempt."""
        operation_id = uuid4()
        begun = BeginAttempt(
            order_id=self.opening.order_id, operation_id=operation_id, claim_s=CLAIM_S, **changes
        )
        await self.run(begin_attempt, begun)
        return operation_id

    async def claim(self) -> None:
        await self.run(claim_payment, ClaimPayment(order_id=self.opening.order_id, claim_s=CLAIM_S))

    async def give_up(self) -> None:
        await self.run(give_up_payment, GiveUpPayment(order_id=self.opening.order_id))

    async def give_back(self, part: UUID, amount_minor: int, **of: Any) -> None:
        await self.run(
            return_share, ReturnShare(vendor_order_id=part, amount_minor=amount_minor), **of
        )

    async def give_all_back(self) -> None:
        await self.run(return_payment, ReturnPayment(order_id=self.opening.order_id))

    async def stored(self) -> asyncpg.Record:
        row = await self.database.fetchrow("SELECT * FROM payments.payment WHERE id = $1", self.id)
        assert row is not None
        return row

    async def shares(self) -> list[asyncpg.Record]:
        """In the order of the amounts that it was opened with."""
        rows = await self.database.fetch(
            "SELECT * FROM payments.share WHERE payment_id = $1", self.id
        )
        return sorted(rows, key=lambda row: self.parts.index(row["vendor_order_id"]))

    async def operations(self, *kinds: str) -> list[asyncpg.Record]:
        return await self.database.fetch(
            "SELECT * FROM payments.operation WHERE payment_id = $1 AND kind = ANY($2) ORDER BY id",
            self.id,
            kinds or ("charge", "void", "refund"),
        )

    async def occurrences(self) -> list[Occurrence]:
        rows = await self.database.fetch(
            "SELECT * FROM payments.payment_event WHERE payment_id = $1", self.id
        )
        return [Occurrence(**dict(row)) for row in rows]

    async def facts(self, kind: str) -> list[dict[str, Any]]:
        """What was told of it, in the order of its telling."""
        rows = await self.database.fetch(
            "SELECT payload FROM outbox.event WHERE payload ->> 'payment_id' = $1 AND type = $2"
            " ORDER BY id",
            str(self.id),
            f"payments.{kind}.v1",
        )
        return [msgspec.json.decode(row["payload"]) for row in rows]

    async def check(self) -> None:
        """Stored amounts are what the occurrences come to, and the parts come to the whole."""
        occurrences, payment = await self.occurrences(), await self.stored()
        shares = await self.shares()
        assert _amounts(payment) == amounts_of(occurrences)
        for row in shares:
            share = (row["vendor_order_id"], row["amount_minor"])
            assert _amounts(row) == amounts_of(occurrences, share)
        for name in (*AMOUNTS, "amount"):
            assert sum(row[f"{name}_minor"] for row in shares) == payment[f"{name}_minor"], name


def _amounts(row: asyncpg.Record) -> Amounts:
    return Amounts(**{name: row[f"{name}_minor"] for name in AMOUNTS})


def _plain(result: Any) -> Any:
    return result if isinstance(result, msgspec.Struct) else None
