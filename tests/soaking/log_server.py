"""A PostgreSQL cluster of its own with an empty log: nothing else moves its snapshots."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from plaza.embedded.postgres import PostgresCluster
from plaza.embedded.servers import temporary_cluster
from plaza.entrypoints.installation import migrate
from plaza.settings import Settings

PARTITION_SIZE = 5_000


@contextmanager
def log_server(*, durable: bool, partition_size: int = PARTITION_SIZE) -> Iterator[Settings]:
    """Start it, make plaza's tables, and end it with the block."""
    with temporary_cluster(durable=durable) as cluster:
        settings = log_settings(cluster, partition_size=partition_size)
        asyncio.run(migrate(settings))
        yield settings


def log_settings(
    cluster: PostgresCluster, *, database: str = "plaza", partition_size: int = PARTITION_SIZE
) -> Settings:
    """Settings for the log in one of a cluster's databases."""
    return Settings(
        database_url=cluster.url("plaza_owner", database),
        secret_key="a secret of the soaks, long enough to be one",
        outbox_partition_size=partition_size,
        log_level="error",
    )
