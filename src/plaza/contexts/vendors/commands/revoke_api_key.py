"""An owner ends a key: whoever calls with it is not known any more."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.api_key import ApiKey, find_api_key
from plaza.writing.unit_of_work import UnitOfWork


class RevokeApiKey(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    api_key_id: UUID


async def revoke_api_key(command: RevokeApiKey, work: UnitOfWork) -> ApiKey:
    key = await find_api_key(command.vendor_id, command.api_key_id, work)
    revoked = key.revoke(work.now)
    if revoked is not None:
        work.publish(revoked)
    return key
