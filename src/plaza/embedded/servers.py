"""Both servers together: what `plaza up` and the tests start."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from plaza.embedded.folder_lock import is_locked, locked_folder
from plaza.embedded.placement import reachable_programs, servers_folder, socket_folder
from plaza.embedded.postgres import NO_OVERRIDES, PostgresCluster
from plaza.embedded.postgres_data import SUPERUSER
from plaza.embedded.programs import installed_programs
from plaza.embedded.server_user import server_user
from plaza.embedded.valkey import ValkeyServer

ADDRESSES_FILE = "running.json"
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108  made privately
"""Making and removing a cluster's thousand files again and again is slow on a disk."""
MEMORY_BYTES_MIN = 4 * 2**30
"""A container's few megabytes would not do."""


class EmbeddedServers(NamedTuple):
    folder: Path
    """Where their data stands: the data folder, unless their user cannot reach it."""
    postgres: PostgresCluster
    valkey: ValkeyServer

    @property
    def database_url(self) -> str:
        """Database `plaza` as its owner."""
        return self.postgres.url("plaza_owner", "plaza")

    @property
    def admin_url(self) -> str:
        """Database `postgres` as the superuser."""
        return self.postgres.url(SUPERUSER, "postgres")

    @property
    def redis_url(self) -> str:
        return self.valkey.url

    def revive(self) -> list[str]:
        """Start again what ended by itself, and say what that was."""
        ended: list[str] = []
        if not self.postgres.is_working():
            ended.append("PostgreSQL")
            self.postgres.start()
        if not self.valkey.is_working():
            ended.append("Valkey")
            self.valkey.start()
        return ended


class Addresses(msgspec.Struct, frozen=True):
    database_url: str
    redis_url: str


@contextmanager
def embedded_servers(data_dir: Path, *, durable: bool = True) -> Iterator[EmbeddedServers]:
    """Start both servers on a folder, with plaza's roles and an owned, empty database.

    Args:
        data_dir: made when it is not there. One plaza at a time works on it.
        durable: False for tests: nothing is flushed, and Valkey keeps nothing.

    Raises:
        CannotStart: with a sentence for whoever starts plaza.
    """
    data_dir = data_dir.absolute()
    with locked_folder(data_dir), _described(data_dir.resolve(), durable=durable) as servers:
        try:
            servers.postgres.launch()
            servers.valkey.launch()
            servers.postgres.wait_until_ready()
            servers.postgres.make_roles_and_database()
            servers.valkey.wait_until_ready()
            with _published(data_dir, servers):
                yield servers
        finally:
            servers.valkey.stop()
            servers.postgres.stop()


@contextmanager
def temporary_servers() -> Iterator[EmbeddedServers]:
    """Both servers for tests, on a folder that is removed at the end."""
    with temporary_folder() as folder, embedded_servers(folder, durable=False) as servers:
        yield servers


@contextmanager
def temporary_cluster(
    *, durable: bool = False, overrides: Mapping[str, str] = NO_OVERRIDES
) -> Iterator[PostgresCluster]:
    """A PostgreSQL cluster of its own, started, for tests that stop and crash it."""
    user = server_user()
    programs = reachable_programs(installed_programs(), user)
    with temporary_folder() as folder:
        cluster = PostgresCluster(
            folder,
            socket_folder(folder, user),
            installation=programs.postgres,
            user=user,
            durable=durable,
            overrides=overrides,
        )
        try:
            cluster.start()
            cluster.make_roles_and_database()
            yield cluster
        finally:
            cluster.stop(immediate=True)


@contextmanager
def temporary_valkey(*, durable: bool = False) -> Iterator[ValkeyServer]:
    """A Valkey of its own, started, for tests that stop, freeze and fill it."""
    user = server_user()
    program = reachable_programs(installed_programs(), user).valkey_server
    with temporary_folder() as folder:
        sockets = socket_folder(folder, user)
        server = ValkeyServer(folder, sockets, program=program, user=user, durable=durable)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextmanager
def temporary_folder(*, on_disk: bool = False) -> Iterator[Path]:
    """A folder with a short path that the servers' user can reach; removed at the end."""
    in_memory = not on_disk and _free_bytes(MEMORY_FOLDER) >= MEMORY_BYTES_MIN
    parent = MEMORY_FOLDER if in_memory else Path("/tmp")  # noqa: S108  made privately
    folder = Path(tempfile.mkdtemp(prefix="plaza-", dir=parent))
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_bytes(folder: Path) -> int:
    if not os.access(folder, os.W_OK):
        return 0
    return shutil.disk_usage(folder).free


def running_addresses(data_dir: Path) -> Addresses | None:
    """Where the servers listen that another plaza process has started on this folder."""
    file = data_dir / ADDRESSES_FILE
    if not is_locked(data_dir) or not file.exists():
        return None
    return msgspec.json.decode(file.read_bytes(), type=Addresses)


@contextmanager
def _described(data_dir: Path, *, durable: bool) -> Iterator[EmbeddedServers]:
    user = server_user()
    programs = reachable_programs(installed_programs(), user)
    folder = servers_folder(data_dir, user)
    sockets = socket_folder(folder, user)
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, sockets, ignore_errors=True)
        yield EmbeddedServers(
            folder,
            PostgresCluster(
                folder, sockets, installation=programs.postgres, user=user, durable=durable
            ),
            ValkeyServer(
                folder, sockets, program=programs.valkey_server, user=user, durable=durable
            ),
        )


@contextmanager
def _published(data_dir: Path, servers: EmbeddedServers) -> Iterator[None]:
    """Let other commands of this installation find the servers."""
    file = data_dir / ADDRESSES_FILE
    draft = file.with_suffix(f".{os.getpid()}")
    draft.write_bytes(msgspec.json.encode(Addresses(servers.database_url, servers.redis_url)))
    draft.replace(file)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
