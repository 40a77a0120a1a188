import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis.asyncio

from plaza.embedded.refusal import CannotStart
from plaza.embedded.servers import (
    EmbeddedServers,
    embedded_servers,
    running_addresses,
    temporary_cluster,
    temporary_folder,
)

ProcessesOn = Callable[[Path], list[psutil.Process]]


async def _rows(url: str, sql: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


async def _counted(url: str) -> int:
    client = redis.asyncio.from_url(url, socket_timeout=None)
    try:
        return int(await client.incr("visits"))
    finally:
        await client.aclose()


async def _prepared_transaction(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("BEGIN; CREATE TABLE t (); PREPARE TRANSACTION 'orphan'")
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    with temporary_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def servers(data_dir: Path) -> Iterator[EmbeddedServers]:
    with embedded_servers(data_dir, durable=False) as servers:
        yield servers


def test_a_first_start_makes_the_roles_and_an_owned_database(servers: EmbeddedServers) -> None:
    roles = asyncio.run(
        _rows(
            servers.database_url,
            """SELECT rolname, rolcanlogin, rolsuper, rolbypassrls,
                      pg_has_role('plaza_owner', oid, 'SET')
               FROM pg_roles WHERE rolname LIKE 'plaza%' ORDER BY 1""",
        )
    )
    database = asyncio.run(
        _rows(
            servers.database_url,
            """SELECT current_user::text, datdba::regrole::text, datlocprovider, datlocale
               FROM pg_database WHERE datname = current_database()""",
        )
    )
    assert roles == [
        ("plaza_app", False, False, False, True),
        ("plaza_owner", True, False, False, True),
        ("plaza_reader", False, False, False, True),
    ]
    assert database == [("plaza_owner", "plaza_owner", b"b", "C.UTF-8")]


def test_what_was_written_is_there_at_the_second_start() -> None:
    with temporary_folder() as folder:
        with embedded_servers(folder) as servers:
            asyncio.run(_rows(servers.database_url, "CREATE TABLE kept AS SELECT 7 AS number"))
            assert asyncio.run(_counted(servers.redis_url)) == 1
        with embedded_servers(folder) as servers:
            assert asyncio.run(_rows(servers.database_url, "SELECT number FROM kept")) == [(7,)]
            assert asyncio.run(_counted(servers.redis_url)) == 2


def test_a_second_start_on_the_folder_is_refused_by_a_sentence_that_names_the_process(
    servers: EmbeddedServers, data_dir: Path
) -> None:
    assert servers.postgres.is_working()
    with (
        pytest.raises(CannotStart, match=f"in use by the plaza with process id {os.getpid()}"),
        embedded_servers(data_dir),
    ):
        pytest.fail("the second start went through")


def test_other_processes_find_the_servers_while_they_work(
    servers: EmbeddedServers, data_dir: Path
) -> None:
    addresses = running_addresses(data_dir)
    assert addresses is not None
    assert addresses.database_url == servers.database_url
    assert addresses.redis_url == servers.redis_url


def test_the_servers_listen_on_no_port(
    servers: EmbeddedServers, data_dir: Path, processes_on: ProcessesOn
) -> None:
    assert servers.valkey.is_working()
    listening = [
        connection
        for process in processes_on(data_dir)
        for connection in process.net_connections("inet")
    ]
    assert listening == []


def test_only_their_user_can_open_the_sockets(servers: EmbeddedServers) -> None:
    assert servers.postgres.sockets.stat().st_mode & 0o777 == 0o700


# fault 13
def test_prepared_transactions_are_refused(servers: EmbeddedServers) -> None:
    with pytest.raises(asyncpg.PostgresError, match="prepared transactions are disabled"):
        asyncio.run(_prepared_transaction(servers.database_url))


def test_a_stop_leaves_no_process_no_socket_and_no_address(processes_on: ProcessesOn) -> None:
    with temporary_folder() as folder:
        with embedded_servers(folder, durable=False):
            assert len(processes_on(folder)) >= 2
        assert processes_on(folder) == []
        assert not (folder / "run").exists()
        assert running_addresses(folder) is None


def test_a_deep_data_folder_gets_a_short_socket_path() -> None:
    with temporary_folder() as folder:
        deep = folder.joinpath(*["a-folder-with-a-long-name"] * 5)
        with embedded_servers(deep, durable=False) as servers:
            sockets = servers.postgres.sockets
            assert asyncio.run(_rows(servers.database_url, "SELECT 1")) == [(1,)]
            assert len(os.fsencode(sockets / ".s.PGSQL.5432")) <= 103
        assert not sockets.exists()


def test_a_folder_that_cannot_be_made_is_named() -> None:
    with pytest.raises(CannotStart, match=r"/proc/plaza cannot be written.*PLAZA_DATA_DIR"):
        embedded_servers(Path("/proc/plaza")).__enter__()


def test_a_setting_that_postgresql_refuses_is_shown() -> None:
    with (
        pytest.raises(CannotStart, match="invalid value for parameter"),
        temporary_cluster(overrides={"max_connections": "many"}),
    ):
        pytest.fail("it started")
