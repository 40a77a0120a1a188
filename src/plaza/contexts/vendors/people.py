"""The port to who people are: vendors keep the ids of accounts and nothing else of them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

import msgspec


class Person(msgspec.Struct, frozen=True):
    name: str
    email: str


People = Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, Person]]]
"""Who the accounts are now; an account that was erased is not among them."""
