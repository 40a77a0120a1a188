"""What a process writes, as another process reads it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

FORGED = "\r\n\x1b[31m2026 [error] forged\u2028forged"
CANARY = "canary-of-a-secret"
SCRIPT = """
import logging
import sys

import structlog

from plaza.entrypoints.logs import configure_logs
from plaza.settings import settings_from

FORGED, CANARY = sys.argv[1:]
configure_logs(settings_from())
log = structlog.get_logger()
log.info("told", text=FORGED, password=CANARY, url=f"redis://:{CANARY}@localhost", rows=[FORGED])
logging.getLogger("a.library").error("told by %s: token=%s", FORGED, CANARY)
try:
    try:
        raise ValueError(f"Authorization: Bearer {CANARY}")
    except ValueError as error:
        raise RuntimeError(f"{FORGED} password={CANARY}") from error
except RuntimeError:
    log.exception("failed")
    logging.getLogger("a.library").exception("failed too")
"""


def written_as(log_format: str, folder: Path) -> list[str]:
    """All lines that the script writes."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, FORGED, CANARY],
        env={"PLAZA_LOG_FORMAT": log_format, "PYTHONPATH": ":".join(sys.path)},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
        timeout=30,
    )
    return done.stdout.split("\n")


# fault 83
@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_format_shows_a_secret_or_obeys_a_text(log_format: str, tmp_path: Path) -> None:
    lines = written_as(log_format, tmp_path)
    written = "\n".join(lines)
    assert CANARY not in written
    assert "\x1b" not in written
    assert "\r" not in written
    assert "\u2028" not in written
    assert not any(line.startswith(("\x1b", "2026 [error]")) for line in lines)
    assert written.count("[redacted]") >= 8


# fault 83
def test_what_libraries_say_is_a_json_line_as_well(tmp_path: Path) -> None:
    told = [json.loads(line) for line in written_as("json", tmp_path) if line]
    assert {(line["level"], line["event"][:4]) for line in told} == {
        ("info", "told"),
        ("error", "told"),
        ("error", "fail"),
    }
    failures = [line for line in told if "exception" in line]
    assert len(failures) == 2
    assert [cause["exc_type"] for cause in failures[0]["exception"]] == [
        "RuntimeError",
        "ValueError",
    ]
    assert "locals" not in json.dumps(failures)
    assert {line["text"] for line in told if "text" in line} == {FORGED}


# fault 83
def test_lines_of_a_traceback_for_people_cannot_be_taken_for_lines_of_the_log(
    tmp_path: Path,
) -> None:
    lines = written_as("console", tmp_path)
    begun = [line for line in lines if line and not line.startswith(" ")]
    assert len(begun) == 4
    assert all("forged" not in line or "\\x1b" in line for line in begun)
    assert any(line.startswith("    Traceback") for line in lines)
