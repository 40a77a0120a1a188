import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from plaza.embedded.servers import embedded_servers, temporary_folder
from plaza.entrypoints.cli import plaza


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with temporary_folder() as folder:
        yield folder / "data"


def _run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as people start it."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("PLAZA_")}
    program = "from plaza.entrypoints.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        env={**others, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "words", [(), ("up",), ("reset",), ("migrate",), ("demo", "load"), ("events", "tail")]
)
def test_every_command_explains_itself_with_examples(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(plaza, [*words, "--help"])
    assert shown.exit_code == 0
    assert not words or f"plaza {' '.join(words)}" in shown.output.split("For example:")[1]


def test_a_wrong_setting_stops_the_start_with_a_sentence_that_names_it() -> None:
    done = _run("up", PLAZA_PORT="99999")
    assert done.returncode == 2
    assert done.stderr.startswith("plaza: PLAZA_PORT='99999' cannot be used:")
    assert "Traceback" not in done.stderr


def test_an_unknown_setting_stops_the_start_with_a_sentence_that_names_it() -> None:
    done = _run("up", PLAZA_PROT="8001")
    assert done.returncode == 2
    assert "PLAZA_PROT is not a setting of plaza" in done.stderr


def test_the_log_needs_a_plaza_that_works(data_dir: Path) -> None:
    done = _run("events", "tail", PLAZA_DATA_DIR=str(data_dir))
    assert done.returncode == 1
    assert "Start it by `plaza up`" in done.stderr


def test_a_reset_removes_what_plaza_made_and_nothing_else(data_dir: Path) -> None:
    with embedded_servers(data_dir, durable=False):
        pass
    (data_dir / "secret.key").write_text("x" * 32)
    (data_dir / "holiday.jpg").write_text("mine")
    done = _run("reset", "--yes", PLAZA_DATA_DIR=str(data_dir))
    assert done.returncode == 0
    assert [path.name for path in data_dir.iterdir()] == ["holiday.jpg"]
    assert "plaza did not make it: holiday.jpg" in done.stdout


def test_a_reset_is_refused_while_plaza_works(data_dir: Path) -> None:
    with embedded_servers(data_dir, durable=False) as servers:
        done = _run("reset", "--yes", PLAZA_DATA_DIR=str(data_dir))
        assert servers.postgres.is_working()
    assert done.returncode == 1
    assert f"in use by the plaza with process id {os.getpid()}" in done.stderr


def test_a_reset_asks_first(data_dir: Path) -> None:
    with embedded_servers(data_dir, durable=False):
        pass
    done = _run("reset", PLAZA_DATA_DIR=str(data_dir))
    assert done.returncode == 1
    assert (data_dir / "postgres").exists()


def test_a_reset_of_nothing_says_so(data_dir: Path) -> None:
    done = _run("reset", PLAZA_DATA_DIR=str(data_dir))
    assert done.returncode == 0
    assert "nothing to remove" in done.stdout
