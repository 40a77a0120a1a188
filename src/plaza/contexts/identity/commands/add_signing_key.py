"""A new key signs access tokens from now on."""

import msgspec

from plaza.contexts.identity.signing_key import (
    CHECKED_AFTER,
    KNOWN_AHEAD,
    SigningKey,
    keys_in_use,
)
from plaza.kernel.ids import new_id
from plaza.writing.unit_of_work import UnitOfWork


class AddSigningKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key, and what becomes of the others.

    Attributes:
        at_once: the keys before it are worth nothing any more, because somebody may have them.
        only_first: add it only where there is no key yet.
    """

    key_id: str
    seed_sealed: bytes
    at_once: bool = False
    only_first: bool = False


async def add_signing_key(command: AddSigningKey, work: UnitOfWork) -> bool:
    """Add it.

    Returns:
        Whether it was added.
    """
    others = await keys_in_use(work)
    if others and command.only_first:
        return False
    waits = others and not command.at_once
    signs_from = work.now + KNOWN_AHEAD if waits else work.now
    retires_at = work.now if command.at_once else signs_from + CHECKED_AFTER
    for other in others:
        # An end that is nearer already stays.
        other.retires_at = min(other.retires_at or retires_at, retires_at)
    work.session.add(
        SigningKey(
            id=new_id(),
            key_id=command.key_id,
            seed_sealed=command.seed_sealed,
            signs_from=signs_from,
            retires_at=None,
        )
    )
    return True
