"""The data folder of a PostgreSQL cluster, made by its own `initdb`."""

import os
import shutil
import subprocess
from pathlib import Path
from types import MappingProxyType

from plaza.embedded.refusal import CannotStart
from plaza.embedded.server_user import ServerUser

SUPERUSER = "postgres"
ENVIRONMENT = MappingProxyType({"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath})


def make_cluster_data(data: Path, *, initdb: Path, user: ServerUser, durable: bool) -> None:
    """Make the data where there is none, owned by the user.

    Raises:
        CannotStart: with initdb's own words.
    """
    if data.exists():
        user.private_folder(data)
        return
    # Made under another name first: a start that was killed half-way leaves nothing that counts.
    draft = data.with_name(f"{data.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    user.private_folder(draft)
    done = subprocess.run(  # noqa: S603  the package's initdb
        [initdb, *_options(draft, durable=durable)],
        capture_output=True,
        text=True,
        user=user.uid if user.is_other else None,
        group=user.gid if user.is_other else None,
        extra_groups=[] if user.is_other else None,
        cwd=draft,
        env=ENVIRONMENT,
        check=False,
    )
    if done.returncode != 0:
        message = f"PostgreSQL's data cannot be made in {data}: {done.stderr.strip()}"
        raise CannotStart(message)
    draft.rename(data)


def _options(data: Path, *, durable: bool) -> list[str]:
    return [
        *("-D", str(data), "-U", SUPERUSER),
        # The binaries carry no ICU, and a builtin locale sorts alike on every machine.
        *("-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        # Trust is given to whoever can open the private socket folder; there is no other way in.
        *("--auth=trust", "--no-instructions"),
        *([] if durable else ["--no-sync"]),
    ]
