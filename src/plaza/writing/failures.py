"""What the database says when it says no, in the words of plaza."""

from collections.abc import Mapping

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from plaza.kernel.refusals import Conflict, Refusal, StaleVersion, Unavailable

RETRIED_SQLSTATES = ("40001", "40P01")
LOCK_TIMEOUT_SQLSTATES = ("55P03", "57014")
READ_ONLY_OR_FULL_SQLSTATES = ("25006", "53100", "57P01", "57P02", "57P03")


class ConstraintViolated(Conflict):
    code = "constraint_violated"
    title = "In conflict with what is stored"


class LockTimedOut(Unavailable):
    code = "busy"
    title = "Others are changing the same thing"


class DatabaseUnavailable(Unavailable):
    code = "database_unavailable"
    title = "The database cannot be reached or written"


class OutcomeUnknown(Unavailable):
    """The connection was lost while committing."""

    code = "outcome_unknown"
    title = "Not known whether it was done"


Constraints = Mapping[str, type[Refusal]]
"""The refusal, made with a detail, that the violation of a named constraint means."""


def sqlstate_of(error: BaseException) -> str | None:
    """PostgreSQL's code for the error, where it came from PostgreSQL."""
    cause = _driver_error(error)
    return getattr(cause, "sqlstate", None)


def is_disconnect(error: BaseException) -> bool:
    """Whether the connection is gone, so that another one may work."""
    if isinstance(error, ConnectionError | asyncpg.InterfaceError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    cause = _driver_error(error)
    lost = (ConnectionError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError)
    return isinstance(cause, (*lost, asyncpg.AdminShutdownError, asyncpg.CannotConnectNowError))


def is_transient(error: BaseException) -> bool:
    """Whether the same command may succeed in a new transaction."""
    return sqlstate_of(error) in RETRIED_SQLSTATES or is_disconnect(error)


def refusal_of(error: Exception, constraints: Constraints) -> Refusal | None:
    """What to answer; None where the error is a bug and not an anticipated outcome."""
    if isinstance(error, StaleDataError):
        return StaleVersion()
    sqlstate = sqlstate_of(error)
    if sqlstate is not None and sqlstate.startswith("23"):
        return _violated(_driver_error(error), constraints)
    if sqlstate in LOCK_TIMEOUT_SQLSTATES:
        return LockTimedOut("A lock was not free in time; try again.")
    if is_transient(error) or sqlstate in READ_ONLY_OR_FULL_SQLSTATES:
        return DatabaseUnavailable("Nothing was changed; try again in a moment.")
    if isinstance(error, InterfaceError | OperationalError | OSError):
        return DatabaseUnavailable("Nothing was changed; try again in a moment.")
    return None


def _violated(cause: BaseException | None, constraints: Constraints) -> Refusal:
    name = str(getattr(cause, "constraint_name", ""))
    if name in constraints:
        return constraints[name]("Something else has taken what must be unique.")
    return ConstraintViolated("It does not fit what is stored; read the present state and retry.")


def _driver_error(error: BaseException) -> BaseException | None:
    """SQLAlchemy wraps the dialect's error, which wraps asyncpg's."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return cause.__cause__ if cause is not None and cause.__cause__ is not None else cause
