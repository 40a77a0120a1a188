"""An owner lets a program of the vendor call."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from plaza.contexts.vendors.api_key import ApiKey, Scope
from plaza.contexts.vendors.vendor import Vendors
from plaza.kernel.text import Name
from plaza.writing.unit_of_work import UnitOfWork


class CreateApiKey(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    name: Name
    scopes: Sequence[Scope]
    created_by: UUID
    expires_at: datetime | None = None


class OpenedApiKey(msgspec.Struct, frozen=True):
    key: ApiKey
    secret: str
    """Shown once."""


async def create_api_key(command: CreateApiKey, work: UnitOfWork) -> OpenedApiKey:
    (await Vendors.of(work).find_locked(command.vendor_id)).require_open()
    key, secret, created = ApiKey.create(
        command.vendor_id,
        name=command.name,
        scopes=command.scopes,
        created_by=command.created_by,
        expires_at=command.expires_at,
        now=work.now,
    )
    work.session.add(key)
    work.publish(created)
    return OpenedApiKey(key, secret)
