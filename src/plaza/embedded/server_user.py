"""PostgreSQL refuses to work as root; then the servers work as somebody else."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from plaza.embedded.refusal import CannotStart

NAMES = ("plaza", "postgres", "nobody")


class ServerUser(NamedTuple):
    """The operating-system user that the servers work as."""

    name: str
    uid: int
    gid: int
    is_other: bool
    """Whether this is not the user who starts them."""

    def reaches(self, *paths: Path) -> bool:
        """Whether every folder can be entered and every program run."""
        if not self.is_other:
            return True
        # Asked of the kernel as that user: mode bits alone miss ACLs and mount options.
        question = 'for path; do [ -x "$path" ] || exit 1; done'
        answer = subprocess.run(  # noqa: S603  fixed program, paths as arguments
            ["/bin/sh", "-c", question, "sh", *map(str, paths)],
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            cwd="/",
            check=False,
        )
        return answer.returncode == 0

    def takes_over(self, folder: Path) -> None:
        """Make this user the owner of a folder and of all that it holds."""
        if not self.is_other or folder.stat().st_uid == self.uid:
            return
        for path in _with_contents(folder):
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def private_folder(self, folder: Path) -> None:
        """Make a folder that only this user (and root) can open.

        Raises:
            CannotStart: it exists and belongs to another user.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.takes_over(folder)
        if folder.stat().st_uid != self.uid:
            message = (
                f"{folder} belongs to another user than {self.name}. Start plaza as the user who "
                "made it, or choose another folder: PLAZA_DATA_DIR."
            )
            raise CannotStart(message)
        folder.chmod(0o700)


def server_user() -> ServerUser:
    """Who the servers work as: the present user, or for root the first of `NAMES` there is."""
    if os.geteuid() != 0:
        return ServerUser(str(os.geteuid()), os.geteuid(), os.getegid(), is_other=False)
    for name in NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(name, entry.pw_uid, entry.pw_gid, is_other=True)
    message = (
        f"PostgreSQL refuses to work as root, and none of the users {', '.join(NAMES)} exists."
    )
    raise CannotStart(message)


def _with_contents(folder: Path) -> Iterator[Path]:
    for path, _, files in os.walk(folder):
        yield Path(path)
        yield from (Path(path, file) for file in files)
