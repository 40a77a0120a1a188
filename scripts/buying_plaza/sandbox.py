"""The books of the sandbox of payments."""

import httpx
import msgspec

TIMEOUT_S = 30.0
CONNECT_RETRIES = 6
"""With httpx's growing pauses 15 s: whoever has killed it may ask before it is back."""


class Charge(msgspec.Struct, frozen=True):
    """An authorization and what became of it."""

    reference: str
    order_number: str
    status: str
    amount_minor: int
    captured_minor: int
    voided_minor: int
    refunded_minor: int

    @property
    def kept_minor(self) -> int:
        """What the shopper has paid or is still going to pay."""
        if self.status != "approved":
            return 0
        return self.amount_minor - self.voided_minor - self.refunded_minor


class Books(msgspec.Struct, frozen=True):
    charges: list[Charge]


async def read_charges(sandbox: str) -> list[Charge]:
    """All charges of the sandbox at this address."""
    transport = httpx.AsyncHTTPTransport(retries=CONNECT_RETRIES, trust_env=False)
    async with httpx.AsyncClient(transport=transport, timeout=TIMEOUT_S) as client:
        answer = (await client.get(f"{sandbox}/charges")).raise_for_status()
    return msgspec.json.decode(answer.content, type=Books).charges
