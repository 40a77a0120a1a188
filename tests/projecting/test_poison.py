"""What is held against a fact, and what against the world around it."""

import asyncpg
import msgspec
import pytest

from plaza.projecting.poison import is_poison
from plaza.projecting.steps import Fenced


@pytest.mark.parametrize(
    "error",
    [
        ValueError("a bug"),
        KeyError("slug"),
        msgspec.ValidationError("not what its type says"),
        asyncpg.UniqueViolationError("taken"),
        asyncpg.NotNullViolationError("nothing"),
        asyncpg.NumericValueOutOfRangeError("too large"),
        asyncpg.ProgramLimitExceededError("too long for an index"),
        asyncpg.UndefinedColumnError("renamed"),
    ],
)
def test_what_would_fail_again_with_the_same_facts_is_poison(error: Exception) -> None:
    # fault 38
    assert is_poison(error)


@pytest.mark.parametrize(
    "error",
    [
        Fenced(),
        ConnectionResetError(),
        TimeoutError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.ConnectionDoesNotExistError("closed in the middle"),
        asyncpg.AdminShutdownError("going down"),
        asyncpg.QueryCanceledError("statement timeout"),
        asyncpg.SerializationError("try again"),
        asyncpg.DeadlockDetectedError("try again"),
        asyncpg.LockNotAvailableError("lock timeout"),
        asyncpg.DiskFullError("no space left"),
        asyncpg.ReadOnlySQLTransactionError("standby"),
        asyncpg.UndefinedTableError("the build is gone"),
    ],
)
def test_what_is_over_some_time_is_not(error: Exception) -> None:
    # fault 22
    assert not is_poison(error)


async def test_what_the_driver_cannot_encode_is(connection: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.DataError) as refused:
        await connection.fetchval("SELECT $1::integer", "a word")
    assert is_poison(refused.value)
