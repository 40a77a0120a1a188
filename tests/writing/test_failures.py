"""What the database says, in the words of plaza."""

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from plaza.contexts.catalog.category import CategorySlugTaken
from plaza.kernel.refusals import Refusal
from plaza.writing.failures import (
    Busy,
    ConstraintViolated,
    DatabaseUnavailable,
    is_disconnect,
    is_transient,
    refusal_of,
)

CONSTRAINTS = {"category_slug_key": (CategorySlugTaken, "Choose another slug.")}


def wrapped(error: Exception) -> DBAPIError:
    """As SQLAlchemy hands on what asyncpg raised."""
    adapted = RuntimeError("adapted")
    adapted.__cause__ = error
    return DBAPIError("SELECT 1", {}, adapted)


def violation(constraint: str | None) -> asyncpg.UniqueViolationError:
    error = asyncpg.UniqueViolationError("duplicate key")
    error.constraint_name = constraint
    return error


def invalid_argument() -> Exception:
    """What asyncpg cannot encode: an InterfaceError that is a bug of ours."""
    return asyncpg.exceptions._base.DataError("invalid input")  # noqa: SLF001  it has no other name


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (violation("category_slug_key"), CategorySlugTaken),
        (violation("another_key"), ConstraintViolated),
        (violation(None), ConstraintViolated),
        (asyncpg.ForeignKeyViolationError("no such row"), ConstraintViolated),
        (asyncpg.CheckViolationError("oversold"), ConstraintViolated),
        (asyncpg.LockNotAvailableError("lock timeout"), Busy),
        (asyncpg.QueryCanceledError("statement timeout"), Busy),
        (asyncpg.DeadlockDetectedError("deadlock"), Busy),
        (asyncpg.SerializationError("concurrent update"), Busy),
        (asyncpg.ReadOnlySQLTransactionError("read-only"), DatabaseUnavailable),
        (asyncpg.DiskFullError("no space left"), DatabaseUnavailable),
        (asyncpg.TooManyConnectionsError("too many clients"), DatabaseUnavailable),
        (asyncpg.AdminShutdownError("terminating"), DatabaseUnavailable),
        (asyncpg.CrashShutdownError("crashed"), DatabaseUnavailable),
        (asyncpg.CannotConnectNowError("starting up"), DatabaseUnavailable),
        (asyncpg.ConnectionDoesNotExistError("closed"), DatabaseUnavailable),
        (asyncpg.InterfaceError("connection is closed"), DatabaseUnavailable),
        (asyncpg.InternalClientError("another operation is in progress"), DatabaseUnavailable),
    ],
)
def test_an_anticipated_failure_has_its_refusal(error: Exception, refusal: type[Refusal]) -> None:
    assert type(refusal_of(wrapped(error), CONSTRAINTS)) is refusal
    assert type(refusal_of(error, CONSTRAINTS)) is refusal


def test_a_violated_constraint_says_what_to_do_about_it() -> None:
    refusal = refusal_of(wrapped(violation("category_slug_key")), CONSTRAINTS)
    assert refusal is not None
    assert refusal.detail == "Choose another slug."


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (StaleDataError("matched 0 rows"), Busy),
        (ConnectionRefusedError(), DatabaseUnavailable),
        (FileNotFoundError("no socket"), DatabaseUnavailable),
        (PoolTimeout("pool limit"), DatabaseUnavailable),
    ],
)
def test_what_the_driver_did_not_say_has_its_refusal_too(
    error: Exception, refusal: type[Refusal]
) -> None:
    assert type(refusal_of(error, CONSTRAINTS)) is refusal


@pytest.mark.parametrize(
    "error",
    [
        wrapped(asyncpg.NotNullViolationError("null value")),
        wrapped(asyncpg.UndefinedTableError("no such table")),
        wrapped(asyncpg.InsufficientPrivilegeError("row-level security")),
        wrapped(invalid_argument()),
        invalid_argument(),
        ZeroDivisionError(),
    ],
)
def test_a_bug_has_no_refusal_and_is_not_tried_again(error: Exception) -> None:
    assert refusal_of(error, CONSTRAINTS) is None
    assert not is_transient(error)
    assert not is_disconnect(error)


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (asyncpg.DeadlockDetectedError("deadlock"), True),
        (asyncpg.SerializationError("concurrent update"), True),
        (asyncpg.AdminShutdownError("terminating"), True),
        (asyncpg.ConnectionDoesNotExistError("closed"), True),
        (asyncpg.LockNotAvailableError("lock timeout"), False),
        (asyncpg.QueryCanceledError("statement timeout"), False),
        (violation("category_slug_key"), False),
    ],
)
def test_what_may_succeed_in_a_new_transaction_is_transient(error: Exception, again: bool) -> None:  # noqa: FBT001
    assert is_transient(wrapped(error)) is again
