"""The port to where parcels go, which no fact tells and no row of a read model keeps."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from plaza.reading.postal_address import Recipient

Addresses = Callable[[UUID], Awaitable[Recipient | None]]
"""What the address of that id holds now; None where it is forgotten."""
