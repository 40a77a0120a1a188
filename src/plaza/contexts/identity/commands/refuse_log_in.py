"""Somebody tried to log in with a wrong password, which the journal has to tell."""

from typing import NoReturn
from uuid import UUID

import msgspec

from plaza.contexts.identity.commands.log_in import WrongCredentials
from plaza.writing.unit_of_work import UnitOfWork


class RefuseLogIn(msgspec.Struct, frozen=True, kw_only=True):
    account_id: UUID | None
    """Whose password was guessed at; None where the address has no account."""


async def refuse_log_in(_: RefuseLogIn, __: UnitOfWork) -> NoReturn:
    """Change nothing; the refusal is the outcome.

    Raises:
        WrongCredentials: always.
    """
    raise WrongCredentials("Check both and try again.")
