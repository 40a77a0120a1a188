"""SQL scripts in migrations."""

import asyncpg
from alembic import op


def run_script(sql: str) -> None:
    """Run several statements at once, in the migration's transaction.

    The extended protocol, which SQLAlchemy speaks, takes one statement at a time.
    """
    bind = op.get_bind()
    # The driver begins its transaction with the first statement that it sees.
    bind.exec_driver_sql("SELECT 1")
    connection = bind.connection.dbapi_connection
    assert connection is not None

    async def execute(driver: asyncpg.Connection) -> None:
        await driver.execute(sql)

    connection.run_async(execute)
