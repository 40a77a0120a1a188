"""Where the servers' data, sockets and programs stand."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from plaza.embedded.programs import Programs
from plaza.embedded.refusal import CannotStart
from plaza.embedded.server_user import ServerUser

SHARED_ROOT = Path("/var/lib/plaza")
"""Where root puts what the servers' user cannot reach elsewhere."""
POINTER_FILE = "servers-are-in"
SOCKET_PATH_BYTES_MAX = 103
"""The shortest limit on a Unix socket's path (macOS: 104 with the closing NUL)."""
LONGEST_SOCKET_NAME = ".s.PGSQL.5432"
NOT_NEEDED = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig", "doc")


def servers_folder(data_dir: Path, user: ServerUser) -> Path:
    """The data folder itself, or one that the servers' user can reach, noted in a pointer file.

    Raises:
        CannotStart: no folder that this user can reach can be made.
    """
    moved = moved_folder(data_dir)
    if moved is not None:
        moved.mkdir(parents=True, exist_ok=True)
        return moved
    if user.reaches(data_dir):
        return data_dir
    made = _shared_folder(f"{data_dir.parent.name or 'plaza'}-", user)
    (data_dir / POINTER_FILE).write_text(f"{made}\n")
    return made


def moved_folder(data_dir: Path) -> Path | None:
    """Where the servers' data stands, when it could not stand in the data folder."""
    pointer = data_dir / POINTER_FILE
    return Path(pointer.read_text().strip()) if pointer.exists() else None


def socket_folder(folder: Path, user: ServerUser) -> Path:
    """An empty private folder whose path is short enough for sockets."""
    sockets = folder / "run"
    if len(os.fsencode(sockets / LONGEST_SOCKET_NAME)) > SOCKET_PATH_BYTES_MAX:
        sockets = Path(tempfile.mkdtemp(prefix="plaza-", dir="/tmp"))
    # What a killed predecessor left: a lock file that names a reused process id stops PostgreSQL.
    shutil.rmtree(sockets, ignore_errors=True)
    user.private_folder(sockets)
    return sockets


def reachable_programs(programs: Programs, user: ServerUser) -> Programs:
    """The programs, or a copy of them where the servers' user cannot reach them."""
    folders = [programs.postgres / "bin" / "postgres", programs.postgres / "share"]
    if programs.postgres_libraries is not None:
        folders.append(programs.postgres_libraries)
    if user.reaches(*folders, programs.valkey_server):
        return programs
    home = SHARED_ROOT / "programs" / _fingerprint(programs)
    if not home.is_dir():
        _copy(programs, home)
    return _relocated(programs, home)


def _shared_folder(prefix: str, user: ServerUser) -> Path:
    try:
        SHARED_ROOT.mkdir(mode=0o755, parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=prefix, dir=SHARED_ROOT))
        made.chmod(0o755)
    except OSError as error:
        message = (
            f"The servers work as user {user.name}, who can reach neither the data folder nor "
            f"{SHARED_ROOT} ({error.strerror}). Choose a folder within reach: PLAZA_DATA_DIR."
        )
        raise CannotStart(message) from error
    return made


def _copy(programs: Programs, home: Path) -> None:
    home.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=home.parent))
    copied = _relocated(programs, draft)
    shutil.copytree(programs.postgres, copied.postgres, symlinks=True, ignore=NOT_NEEDED)
    if programs.postgres_libraries and copied.postgres_libraries:
        shutil.copytree(programs.postgres_libraries, copied.postgres_libraries)
    copied.valkey_server.parent.mkdir(parents=True)
    shutil.copy2(programs.valkey_server, copied.valkey_server)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
    for program in (*(copied.postgres / "bin").iterdir(), copied.valkey_server):
        program.chmod(0o755)
    # Another start may have finished the same copy meanwhile; then that one serves.
    try:
        draft.rename(home)
    except OSError:
        shutil.rmtree(draft)


def _relocated(programs: Programs, home: Path) -> Programs:
    """The same programs below another folder, the libraries still beside them."""
    libraries = programs.postgres_libraries
    return Programs(
        postgres=home / programs.postgres.parent.name / programs.postgres.name,
        postgres_libraries=home / libraries.name if libraries is not None else None,
        valkey_server=home / "valkey" / programs.valkey_server.name,
    )


def _fingerprint(programs: Programs) -> str:
    # Package installers give every file the time of its own release or installation.
    parts = [
        f"{program.name} {program.stat().st_size} {program.stat().st_mtime_ns}"
        for program in (programs.postgres / "bin" / "postgres", programs.valkey_server)
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
