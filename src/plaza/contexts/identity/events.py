"""What accounts say has happened; never who the person is."""

from typing import ClassVar
from uuid import UUID

from plaza.kernel.event import Event


class AccountRegistered(Event, frozen=True, kw_only=True, tag="identity.account_registered.v1"):
    AGGREGATE: ClassVar[str] = "account"

    account_id: UUID
