"""The port to vendors' addresses, which no fact tells."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

Contacts = Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, str]]]
"""The addresses that these vendors have now."""
