"""What the database says when it says no, in the words of plaza."""

from collections.abc import Mapping

import asyncpg
from prometheus_client import Counter
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from plaza.kernel.refusals import Conflict, Refusal, Unavailable

RETRIED_SQLSTATES = ("40001", "40P01")
LOCK_SQLSTATES = ("55P03", "57014")
READ_ONLY_SQLSTATE = "25006"
INSUFFICIENT_RESOURCES_CLASS = "53"
INTEGRITY_CLASS = "23"
NOT_NULL_SQLSTATE = "23502"

REFUSED = Counter(
    "plaza_database_refusals",
    "Commands that the database could not be reached or written for, by SQLSTATE",
    ["reason"],
)

LOST = (
    ConnectionError,
    asyncpg.InterfaceError,
    # What asyncpg says of a connection that was lost in the midst of a statement.
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)


class ConstraintViolated(Conflict):
    code = "constraint_violated"
    title = "In conflict with what is stored"


class RunAnew(Exception):  # noqa: N818  not an error: the way on is another transaction
    """The command has to begin again, in a fresh transaction that sees or locks more."""


class Busy(Unavailable):
    code = "busy"
    title = "Others are changing the same thing"


class DatabaseUnavailable(Unavailable):
    code = "database_unavailable"
    title = "The database cannot be reached or written"


class OutcomeUnknown(Unavailable):
    """The connection was lost while committing."""

    code = "outcome_unknown"
    title = "Not known whether it was done"


Constraints = Mapping[str, tuple[type[Refusal], str]]
"""The refusal that the violation of a named constraint means, and its detail: what to do."""


def sqlstate_of(error: BaseException) -> str | None:
    """PostgreSQL's code for the error, where it came from PostgreSQL."""
    cause = _driver_error(error)
    return getattr(cause, "sqlstate", None)


def is_disconnect(error: BaseException) -> bool:
    """Whether the connection is gone, so that another one may work."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    cause = _driver_error(error)
    # A value that asyncpg cannot encode is an InterfaceError as well, but a bug of ours: it is a
    # ValueError too.
    return isinstance(cause, LOST) and not isinstance(cause, ValueError)


def is_transient(error: BaseException) -> bool:
    """Whether the same command may succeed in a new transaction.

    So may one that has found a row changed since it was read. The next attempt reads the row
    anew, and either refuses the version that its caller has named or works on from there.
    """
    if isinstance(error, StaleDataError | RunAnew) or sqlstate_of(error) in RETRIED_SQLSTATES:
        return True
    return is_disconnect(error)


def refusal_of(error: Exception, constraints: Constraints) -> Refusal | None:
    """What to answer; None where the error is a bug and not an anticipated outcome."""
    sqlstate = sqlstate_of(error) or ""
    if sqlstate.startswith(INTEGRITY_CLASS) and sqlstate != NOT_NULL_SQLSTATE:
        return _violated(_driver_error(error), constraints)
    is_contended = isinstance(error, StaleDataError | RunAnew)
    if is_contended or sqlstate in (*RETRIED_SQLSTATES, *LOCK_SQLSTATES):
        return Busy("Others are changing the same thing; try again in a moment.")
    away = isinstance(error, OSError | PoolTimeout) or is_disconnect(error)
    if away or _is_refusing_work(sqlstate):
        REFUSED.labels(sqlstate or "connection").inc()
        return DatabaseUnavailable("Nothing was changed; try again in a moment.")
    return None


def _is_refusing_work(sqlstate: str) -> bool:
    """Whether the server cannot write now: read-only, out of connections, memory or disk."""
    return sqlstate == READ_ONLY_SQLSTATE or sqlstate.startswith(INSUFFICIENT_RESOURCES_CLASS)


def _violated(cause: BaseException, constraints: Constraints) -> Refusal:
    name = str(getattr(cause, "constraint_name", ""))
    if name in constraints:
        refusal, detail = constraints[name]
        return refusal(detail)
    return ConstraintViolated("It does not fit what is stored; read the present state and retry.")


def _driver_error(error: BaseException) -> BaseException:
    """SQLAlchemy wraps the dialect's error, which wraps asyncpg's."""
    if not isinstance(error, DBAPIError) or error.orig is None:
        return error
    return error.orig.__cause__ or error.orig
