"""A plaza of the fuzz's own: `plaza up` without the demo, on an empty folder and a free port."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_urlsafe

import msgspec
from bench_plaza.child_process import answers, free_port, running, wait_until

START_TIMEOUT_S = 180
READY = "plaza is ready"
LOG, DATA = "plaza-up.log", "data"
OPERATOR_EMAIL = "operator@plaza.example"
COMPLAINT = re.compile(r'"level": ?"(?:error|critical)"|Traceback|it was started again')


class Plaza(msgspec.Struct, frozen=True):
    pid: int
    port: int
    folder: Path
    operator_password: str

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / LOG

    @property
    def data_dir(self) -> Path:
        return self.folder / DATA

    def complaints(self) -> list[str]:
        """What its processes logged as an error, which no answer has to have told."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if COMPLAINT.search(line)]


@contextmanager
def running_plaza(settings: Mapping[str, str] | None = None) -> Iterator[Plaza]:
    """Start plaza, with further settings where some are given, and wait until it is ready.

    All of it ends with the block.

    Raises:
        DidNotStart: with what it said last.
    """
    with tempfile.TemporaryDirectory(prefix="plaza-fuzz-") as folder:
        # Started by root, PostgreSQL runs as somebody else, who must get to its data.
        Path(folder).chmod(0o755)
        port, password = free_port(), token_urlsafe(24)
        environment = {
            "PLAZA_PORT": str(port),
            "PLAZA_DATA_DIR": str(Path(folder, DATA)),
            "PLAZA_DEMO": "0",
            "PLAZA_OPERATOR_EMAIL": OPERATOR_EMAIL,
            "PLAZA_OPERATOR_PASSWORD": password,
            # Rich folds its lines at the width that it finds here.
            "COLUMNS": "500",
            **(settings or {}),
        }
        command = [str(Path(sys.prefix, "bin", "plaza")), "up"]
        with running(command, environment=environment, log=Path(folder, LOG)) as process:
            plaza = Plaza(process.pid, port, Path(folder), password)
            _wait_until_ready(plaza, process)
            yield plaza


def _wait_until_ready(plaza: Plaza, process: subprocess.Popen[bytes]) -> None:
    def is_ready() -> bool:
        said = plaza.log.read_text(errors="replace")
        return READY in said and answers(f"{plaza.origin}/health/ready")

    wait_until(is_ready, READY, process, log=plaza.log, timeout_s=START_TIMEOUT_S)
