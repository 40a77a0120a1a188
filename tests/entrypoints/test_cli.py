import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from plaza.embedded.servers import embedded_servers, temporary_folder, temporary_servers
from plaza.entrypoints.cli import main, plaza


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with temporary_folder() as folder:
        yield folder / "data"


class Done(NamedTuple):
    code: int | str | None
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command with nothing set but what is given."""
    for name in os.environ:
        if name.startswith("PLAZA_"):
            monkeypatch.delenv(name)

    def run(*words: str, **environment: str) -> Done:
        for name, text in environment.items():
            monkeypatch.setenv(name, text)
        monkeypatch.setattr(sys, "argv", ["plaza", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(ended.value.code, *capsys.readouterr())

    return run


@pytest.mark.parametrize(
    "words",
    [
        *((), ("up",), ("reset",), ("migrate",), ("demo", "load"), ("events", "tail")),
        *(("stock", "verify"), ("stock", "repair")),
        *(("projections", "audit"), ("projections", "replay")),
    ],
)
def test_every_command_explains_itself_with_examples(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(plaza, [*words, "--help"])
    assert shown.exit_code == 0
    assert not words or f"plaza {' '.join(words)}" in shown.output.split("For example:")[1]


def test_a_wrong_setting_stops_the_start_with_a_sentence_that_names_it(run: Run) -> None:
    done = run("up", PLAZA_PORT="99999")
    assert done.code == 2
    assert done.stderr.startswith("plaza: PLAZA_PORT='99999' cannot be used:")


def test_an_unknown_setting_stops_the_start_with_a_sentence_that_names_it(run: Run) -> None:
    done = run("up", PLAZA_PROT="8001")
    assert done.code == 2
    assert "PLAZA_PROT is not a setting of plaza" in done.stderr


def test_migrating_makes_the_operator_once_with_a_password_of_its_own(run: Run) -> None:
    with temporary_servers() as servers:
        first = run(
            "migrate", PLAZA_DATABASE_URL=servers.database_url, PLAZA_REDIS_URL=servers.redis_url
        )
        second = run("migrate")
    assert first.code == second.code == 0
    made = "The operator's account was made: operator@plaza.example"
    assert made in first.stdout
    assert "demo-operator" not in first.stdout
    assert second.stdout == "The database is up to date.\n"


def test_the_log_needs_a_plaza_that_works(run: Run, data_dir: Path) -> None:
    done = run("events", "tail", PLAZA_DATA_DIR=str(data_dir))
    assert done.code == 1
    assert "Start it by `plaza up`" in done.stderr


def test_a_reset_removes_what_plaza_made_and_nothing_else(run: Run, data_dir: Path) -> None:
    with embedded_servers(data_dir, durable=False):
        pass
    (data_dir / "secret.key").write_text("x" * 32)
    (data_dir / "mail").mkdir()
    (data_dir / "mail" / "1.eml").write_text("with a link")
    for name in ("sandbox.sqlite3", "sandbox.sqlite3-wal", "sandbox.sqlite3-shm"):
        (data_dir / name).write_text("play money")
    (data_dir / "holiday.jpg").write_text("mine")
    done = run("reset", "--yes", PLAZA_DATA_DIR=str(data_dir))
    assert done.code == 0
    assert [path.name for path in data_dir.iterdir()] == ["holiday.jpg"]
    assert "plaza did not make it: holiday.jpg" in done.stdout


def test_a_reset_is_refused_while_plaza_works(run: Run, data_dir: Path) -> None:
    with embedded_servers(data_dir, durable=False) as servers:
        done = run("reset", "--yes", PLAZA_DATA_DIR=str(data_dir))
        assert servers.postgres.is_working()
    assert done.code == 1
    assert f"in use by the plaza with process id {os.getpid()}" in done.stderr


def test_a_reset_asks_first(run: Run, data_dir: Path) -> None:
    with embedded_servers(data_dir, durable=False):
        pass
    done = run("reset", PLAZA_DATA_DIR=str(data_dir))
    assert done.code == 1
    assert (data_dir / "postgres").exists()


def test_a_reset_of_nothing_says_so(run: Run, data_dir: Path) -> None:
    done = run("reset", PLAZA_DATA_DIR=str(data_dir))
    assert done.code == 0
    assert "nothing to remove" in done.stdout
