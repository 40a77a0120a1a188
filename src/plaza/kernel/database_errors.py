"""What a driver raises when the database does not do what it was asked, whatever the reason."""

import asyncpg

DATABASE_ERRORS = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # A connection that was lost while a pool took it back.
    asyncpg.InternalClientError,
)
