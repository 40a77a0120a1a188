"""Opens what an API process needs to know who calls."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar.datastructures import State

from plaza.adapters.signing_keys import RING_SUBJECT, read_ring
from plaza.adapters.standings import account_standings, ask_notes, key_standings
from plaza.contexts.vendors.commands.note_key_uses import NoteKeyUses, note_key_uses
from plaza.kernel.actor import MARKET, SYSTEM
from plaza.kernel.cancelling import cancelled
from plaza.kernel.clock import Clock
from plaza.kernel.ids import new_id
from plaza.kernel.keys import derived_key
from plaza.reading.pools import PrivateReads
from plaza.settings import Settings
from plaza.web.access_tokens import AccessTokens
from plaza.web.callers import Authenticator
from plaza.web.csrf import CsrfTokens
from plaza.web.key_uses import KeyUses, WriteUses
from plaza.web.standings import Changes
from plaza.writing.answer import answer_with
from plaza.writing.runner import CommandRunner, Context


async def open_authenticator(
    settings: Settings, reads: PrivateReads, state: State, stack: AsyncExitStack
) -> None:
    """Leave it where the dependencies look; the runner and the clock are there already.

    Until the stack is left, it is heard whose standing changes.
    """
    state.changes = changes = Changes(ask_notes(reads))
    # Before the ring is read, so that no later change of it is missed.
    await changes.poll()
    state.access_tokens = await _tokens_of_present_ring(settings, reads, state.clock, changes)
    state.csrf = CsrfTokens(derived_key(settings.secret(), "csrf"), settings.cors_origins)
    uses = KeyUses(_write_uses(state.runner), state.clock)
    stack.push_async_callback(uses.write)
    run_until_left(changes.run(), stack)
    run_until_left(uses.run(), stack)
    state.authenticator = Authenticator(
        state.access_tokens,
        account_standings(reads, changes),
        key_standings(reads, changes),
        state.csrf,
        uses,
        state.clock,
    )


def run_until_left(endless: Coroutine[Any, Any, None], stack: AsyncExitStack) -> None:
    """Run it beside everything else, and cancel it when the stack is left."""
    task = asyncio.create_task(endless)
    stack.push_async_callback(cancelled, task)


async def _tokens_of_present_ring(
    settings: Settings, reads: PrivateReads, clock: Clock, changes: Changes
) -> AccessTokens:
    """Access tokens whose ring is read again whenever it changes."""
    tokens = AccessTokens(await read_ring(reads, settings), clock)

    async def read_again(subjects: frozenset[UUID]) -> None:
        if RING_SUBJECT in subjects:
            tokens.take_ring(await read_ring(reads, settings))

    changes.listen(read_again)
    return tokens


def _write_uses(runner: CommandRunner) -> WriteUses:
    async def write(used_at: dict[UUID, datetime]) -> None:
        context = Context(
            actor=SYSTEM, surface=MARKET, correlation_id=new_id(), is_journalled=False
        )
        command = NoteKeyUses(used_at=used_at)
        await runner.run(note_key_uses, command, context, lambda _: answer_with(204, None))

    return write
