"""The embedded servers of a running plaza: where they listen, and a connection to its database."""

from pathlib import Path

import asyncpg

from bench_plaza.child_process import DidNotStart
from plaza.embedded.servers import Addresses, running_addresses


def servers_of(data_dir: Path) -> Addresses:
    """Where they listen.

    Raises:
        DidNotStart: none run on the folder.
    """
    addresses = running_addresses(data_dir)
    if addresses is None:
        raise DidNotStart(f"No embedded servers run on {data_dir}.")
    return addresses


async def connected(data_dir: Path) -> asyncpg.Connection:
    """A connection to the database, as its owner.

    Raises:
        DidNotStart: none run on the folder.
    """
    return await asyncpg.connect(servers_of(data_dir).database_url)
