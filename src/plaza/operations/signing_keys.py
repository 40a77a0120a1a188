"""The keys that access tokens are signed with: the first one, and each one after."""

import os

from plaza.contexts.identity.commands.add_signing_key import AddSigningKey, add_signing_key
from plaza.contexts.identity.signing_key import SEAL_PURPOSE
from plaza.kernel.actor import MARKET, SYSTEM
from plaza.kernel.ids import new_id
from plaza.kernel.keys import KEY_BYTES, derived_key
from plaza.kernel.sealed import sealed
from plaza.settings import Settings
from plaza.web.access_tokens import key_of_seed
from plaza.writing.answer import answer_with
from plaza.writing.engine import open_command_runner
from plaza.writing.failures import Constraints
from plaza.writing.runner import Context


async def add_key(
    settings: Settings,
    constraints: Constraints,
    *,
    at_once: bool = False,
    only_first: bool = False,
) -> str | None:
    """Make a key and add it to the ring.

    Returns:
        Its id; None where there was one and only a first one was wanted.
    """
    seed = os.urandom(KEY_BYTES)
    key_id = key_of_seed(seed).thumbprint()
    held = sealed(seed, derived_key(settings.secret(), SEAL_PURPOSE), key_id)
    command = AddSigningKey(key_id=key_id, seed_sealed=held, at_once=at_once, only_first=only_first)
    context = Context(actor=SYSTEM, surface=MARKET, correlation_id=new_id())
    async with open_command_runner(settings, constraints, "plaza keys") as runner:
        given = await runner.run(
            add_signing_key, command, context, lambda added: answer_with(200, added)
        )
    return key_id if given.body == b"true" else None
