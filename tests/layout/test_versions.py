"""Back-tracking hides conflicts: the installed releases are the ones that were chosen."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CHOSEN = {
    "advanced-alchemy": "1.12",
    "litestar": "2.25",
    "msgspec": "0.22",
    "asyncpg": "0.32",
    "redis": "7.",
    "saq": "0.26",
    "sqlalchemy": "2.1",
    "granian": "2.",
}


@pytest.mark.parametrize(("package", "release"), CHOSEN.items())
def test_no_old_release_was_picked_silently(package: str, release: str) -> None:
    assert version(package).startswith(release)


def test_every_dependency_has_its_reason_written_down() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    reasons = (ROOT / "docs" / "dependencies.md").read_text()
    named = re.findall(r'^  "([a-z0-9-]+)(?:\[[a-z]+\])?[><=]', project, re.MULTILINE)
    assert [name for name in named if f"`{name}`" not in reasons] == []
