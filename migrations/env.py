"""Runs plaza's migrations as the owner of its tables."""

from alembic import context
from sqlalchemy import Connection


def run_migrations(connection: Connection) -> None:
    """Run them in one transaction on the connection that `plaza migrate` hands over."""
    context.configure(
        connection=connection,
        version_table="alembic_version",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run_migrations(context.config.attributes["connection"])
