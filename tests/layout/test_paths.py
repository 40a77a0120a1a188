"""What the documentation points to is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

QUOTED = re.compile(r"`([^`\n]+)`")
TREES = ("src/", "tests/", "scripts/", "docs/", "migrations/")
PLACEHOLDER = re.compile(r"[*?<>{}\[\]…]")
LINKED = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
PATHS_MIN = 40
"""As many as there are at least, so that the test cannot come to look at nothing."""


def named(text: Path) -> Iterator[str]:
    """Each path in a text that is meant as it stands; scripts with what they are started with."""
    for quoted in QUOTED.findall(text.read_text()):
        path = quoted.split()[0].rstrip(".,;:")
        if path.startswith(TREES) and not PLACEHOLDER.search(path):
            yield path


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: str(text.relative_to(ROOT)))
def test_every_path_that_is_named_is_there(text: Path) -> None:
    assert [path for path in named(text) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: str(text.relative_to(ROOT)))
def test_every_link_to_a_file_leads_there(text: Path) -> None:
    linked = LINKED.findall(text.read_text())
    assert [path for path in linked if not (text.parent / path).exists()] == []


def test_paths_are_found() -> None:
    assert sum(len(list(named(text))) for text in TEXTS) > PATHS_MIN
