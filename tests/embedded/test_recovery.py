"""Whatever is killed, the next start works and nothing stays behind."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import psutil
import pytest

from plaza.embedded import postgres, valkey
from plaza.embedded.leftover import end_leftover
from plaza.embedded.servers import embedded_servers, temporary_cluster, temporary_folder

ProcessesOn = Callable[[Path], list[psutil.Process]]
Eventually = Callable[[Callable[[], bool]], bool]

STARTER = """
import signal, sys
from pathlib import Path
from plaza.embedded.servers import embedded_servers
with embedded_servers(Path(sys.argv[1])):
    print("ready", flush=True)
    signal.pause()
"""


@contextmanager
def _starter(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", STARTER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:
        try:
            assert starter.stdout is not None
            assert starter.stdout.readline() == "ready\n"
            yield starter
        finally:
            starter.kill()


async def _run(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def _committed_by_a_killed_server(url: str, pid: int) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE kept AS SELECT 1")
    os.kill(pid, signal.SIGKILL)
    # The backend of this connection still lives for a moment: the next start must outwait it.
    connection.terminate()


def test_servers_end_with_a_starter_that_is_killed(
    processes_on: ProcessesOn, eventually: Eventually
) -> None:
    with temporary_folder() as folder, _starter(folder) as starter:
        starter.kill()
        assert eventually(lambda: processes_on(folder) == [])


def test_a_start_right_after_a_kill_works_and_keeps_what_was_committed() -> None:
    with temporary_folder() as folder:
        with _starter(folder) as starter:
            url = f"postgresql://plaza_owner@/plaza?host={folder}/run"
            asyncio.run(_run(url, "CREATE TABLE kept AS SELECT 1"))
            starter.kill()
            starter.wait()
        with embedded_servers(folder) as servers:
            asyncio.run(_run(servers.database_url, "SELECT * FROM kept"))


def test_a_server_that_lost_its_starter_and_lives_on_is_ended_by_the_next_start(
    monkeypatch: pytest.MonkeyPatch, processes_on: ProcessesOn
) -> None:
    for module in (postgres, valkey):
        monkeypatch.setattr(module, "STOP_STEPS", ((signal.SIGTERM, 0.2),))
    with temporary_folder() as folder, _starter(folder) as starter:
        servers = [p for p in processes_on(folder) if p.pid != starter.pid]
        # A stopped process cannot act on the signal that its starter's death sends.
        for server in servers:
            server.suspend()
        starter.kill()
        starter.wait()
        with embedded_servers(folder) as next_servers:
            asyncio.run(_run(next_servers.database_url, "SELECT 1"))
            assert not set(servers) & set(processes_on(folder))


def test_a_cluster_whose_server_was_killed_recovers(eventually: Eventually) -> None:
    with temporary_cluster(durable=True) as cluster:
        pid = cluster.pid
        assert pid is not None
        url = cluster.url("plaza_owner", "plaza")
        asyncio.run(_committed_by_a_killed_server(url, pid))
        assert eventually(lambda: not cluster.is_working())
        cluster.start()
        asyncio.run(_run(url, "SELECT * FROM kept"))


def test_a_cluster_restarts_after_an_immediate_stop() -> None:
    with temporary_cluster() as cluster:
        cluster.restart(immediate=True)
        asyncio.run(_run(cluster.url("plaza_owner", "plaza"), "SELECT 1"))


def test_servers_that_ended_by_themselves_are_started_again(eventually: Eventually) -> None:
    with temporary_folder() as folder, embedded_servers(folder, durable=False) as servers:
        assert servers.revive() == []
        for pid in (servers.postgres.pid, servers.valkey.pid):
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
        revived: list[str] = []

        def both_again() -> bool:
            revived.extend(servers.revive())
            return len(revived) == 2

        assert eventually(both_again)
        assert set(revived) == {"PostgreSQL", "Valkey"}
        asyncio.run(_run(servers.database_url, "SELECT 1"))


@pytest.mark.parametrize("content", ["", "not a number", "999999999"])
def test_a_stale_process_id_is_passed_over(content: str) -> None:
    with temporary_folder() as folder:
        pid_file = folder / "postmaster.pid"
        pid_file.write_text(content)
        end_leftover(pid_file, folder, (signal.SIGKILL, 1.0))
        assert pid_file.exists()


def test_a_process_id_that_a_stranger_has_now_is_forgotten_and_the_stranger_lives() -> None:
    with temporary_folder() as folder, subprocess.Popen(["sleep", "600"]) as stranger:
        pid_file = folder / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n")
        end_leftover(pid_file, folder, (signal.SIGKILL, 1.0))
        assert not pid_file.exists()
        assert stranger.poll() is None
        stranger.kill()
