"""Routes about the keys that a vendor's programs call with."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from plaza.contexts.vendors.api_key import ApiKey, Scope
from plaza.contexts.vendors.commands.create_api_key import (
    CreateApiKey,
    OpenedApiKey,
    create_api_key,
)
from plaza.contexts.vendors.commands.revoke_api_key import RevokeApiKey, revoke_api_key
from plaza.contexts.vendors.queries.list_api_keys import ApiKeyList, list_api_keys
from plaza.kernel.actor import Surface
from plaza.kernel.clock import Moment
from plaza.kernel.text import Name
from plaza.reading.cursor import Cursors
from plaza.reading.page import LIMIT_DEFAULT
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads
from plaza.web.answering import private_answer
from plaza.web.authentication import member_with
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.web.parameters import Cursor, Limit
from plaza.web.standings import ENDS_RIGHTS
from plaza.writing.answer import Answer, answer_with

OWNER = member_with("owner")


class NewApiKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=20)]
    expires_at: Moment | None = None


class CreatedApiKey(msgspec.Struct, frozen=True):
    id: UUID
    secret: str
    """Shown this once; whoever has it calls as the vendor, within the scopes."""
    name: str
    scopes: list[str]
    hint: str
    expires_at: datetime | None


class RevokedApiKey(msgspec.Struct, frozen=True):
    id: UUID
    revoked_at: datetime | None


def _created(opened: OpenedApiKey) -> Answer:
    key = opened.key
    created = CreatedApiKey(
        id=key.id,
        secret=opened.secret,
        name=key.name,
        scopes=key.scopes,
        hint=key.hint,
        expires_at=key.expires_at,
    )
    return answer_with(201, created, cache_control="no-store")


def _revoked(key: ApiKey) -> Answer:
    return answer_with(200, RevokedApiKey(key.id, key.revoked_at))


@post(
    "/v1/vendors/{vendor:uuid}/api-keys",
    operation_id="createApiKey",
    guards=[OWNER],
    responses=answers(CreatedApiKey, 201),
)
async def create(
    vendor: FromPath[UUID],
    data: JSONBody[NewApiKey],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """Let a program of the vendor call; its `secret` is shown here and never again.

    422 `invalid_expiry`: `expires_at` is past, or more than ten years away.
    """
    command = CreateApiKey(
        vendor_id=vendor,
        name=data.name,
        scopes=tuple(data.scopes),
        created_by=commanding.caller.account_id,
        expires_at=data.expires_at,
    )
    surface = Surface(vendor_id=vendor)
    return await commanding.run(create_api_key, command, surface, _created, is_secret=True)


@get(
    "/v1/vendors/{vendor:uuid}/api-keys",
    operation_id="listApiKeys",
    guards=[OWNER],
    responses=answers(ApiKeyList),
)
async def keys(
    vendor: FromPath[UUID],
    reads: NamedDependency[PrivateReads],
    cursors: NamedDependency[Cursors],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response[bytes]:
    """The vendor's keys without their secrets."""
    found = await list_api_keys(reads, vendor, Paging(cursors, limit, cursor))
    return private_answer(msgspec.json.encode(found), {})


@delete(
    "/v1/vendors/{vendor:uuid}/api-keys/{api_key:uuid}",
    operation_id="revokeApiKey",
    opt=ENDS_RIGHTS,
    status_code=200,
    guards=[OWNER],
    responses=answers(RevokedApiKey),
)
async def revoke(
    vendor: FromPath[UUID],
    api_key: FromPath[UUID],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """Whoever calls with it is not known any more, within a second."""
    command = RevokeApiKey(vendor_id=vendor, api_key_id=api_key)
    return await commanding.run(revoke_api_key, command, Surface(vendor_id=vendor), _revoked)


ROUTES = [create, keys, revoke]
