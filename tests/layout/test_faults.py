"""The table of faults names the tests that try them, and no others."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"# faults? ([0-9][0-9, and]*)")
ROW = re.compile(r"^\| (\d+) \|", re.MULTILINE)
LINK = re.compile(r"\]\(\.\./(tests/[^)]+)\)")


def tried() -> dict[int, set[str]]:
    """The files that name a fault, by its number."""
    found: dict[int, set[str]] = {}
    for file in (ROOT / "tests").rglob("*.py"):
        for named in NAMED.findall(file.read_text()):
            for number in re.findall(r"\d+", named):
                found.setdefault(int(number), set()).add(str(file.relative_to(ROOT)))
    return found


def listed() -> dict[int, set[str]]:
    table = (ROOT / "docs" / "reliability.md").read_text()
    return {
        int(number[1]): set(LINK.findall(line))
        for line in table.splitlines()
        if (number := ROW.match(line))
    }


def test_the_table_and_the_tests_agree() -> None:
    assert listed() == tried()
