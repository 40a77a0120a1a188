"""The layout of the source is law: this is where it is enforced."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "plaza"
FILES = sorted(SOURCE.rglob("*.py"))

FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 60
FUNCTION_LINES_USUAL = 15
SHARE_OF_LONG_FUNCTIONS_MAX = 0.2

BANNED = frozenset(
    (
        *("utils", "util", "helpers", "helper", "common", "core", "base", "misc", "services"),
        *("service", "manager", "managers", "handlers", "dto", "schema", "schemas", "models"),
        *("impl", "abstract", "data", "info"),
    )
)

IN_A_CONTEXT = frozenset(("events.py", "http.py", "__init__.py"))
IN_A_READ_MODEL = frozenset(("__init__.py", "document.py", "http.py", "projection.py", "query.py"))


def relative(file: Path) -> str:
    return str(file.relative_to(SOURCE))


def test_no_file_is_longer_than_a_few_screens() -> None:
    files = [file for part in ("src", "tests", "scripts") for file in (ROOT / part).rglob("*.py")]
    lengths = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in files}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES_MAX} == {}


def functions() -> list[tuple[str, int]]:
    found = []
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[0]
                has_docstring = isinstance(first, ast.Expr) and isinstance(
                    first.value, ast.Constant
                )
                start = (first.end_lineno or 0) + 1 if has_docstring else first.lineno
                found.append((f"{relative(file)}:{node.name}", (node.end_lineno or 0) - start + 1))
    return found


def test_functions_are_usually_short_and_never_long() -> None:
    lines = functions()
    usual = [name for name, length in lines if length > FUNCTION_LINES_USUAL]
    assert [name for name, length in lines if length > FUNCTION_LINES_MAX] == []
    assert len(usual) / len(lines) < SHARE_OF_LONG_FUNCTIONS_MAX


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_nothing_is_named_after_a_drawer(file: Path) -> None:
    parts = {part.removesuffix(".py") for part in file.relative_to(SOURCE).parts}
    classes = {
        node.name.lower()
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ClassDef)
    }
    assert (parts | classes) & BANNED == set()


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_imports_stand_at_the_top_and_are_real(file: Path) -> None:
    tree = ast.parse(file.read_text())
    inside = [
        f"{node.name}: line {inner.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert inside == []
    assert "TYPE_CHECKING" not in file.read_text()
    assert "from __future__ import annotations" not in file.read_text()


@pytest.mark.parametrize("file", sorted(SOURCE.rglob("__init__.py")), ids=relative)
def test_package_files_hold_a_docstring_at_most(file: Path) -> None:
    body = ast.parse(file.read_text()).body
    assert len(body) <= 1
    assert all(isinstance(node, ast.Expr) for node in body)


KNOW_LITESTAR = {"web", "operations", "entrypoints"}
ROUTES = re.compile(r"\bhttp(?:_[a-z_]+)?\.py$")
"""`http.py`, and `http_<what>.py` beside it where one file would be too long."""


def test_only_route_files_of_the_domain_know_litestar() -> None:
    knowing = [
        relative(file)
        for file in FILES
        if file.relative_to(SOURCE).parts[0] not in {*KNOW_LITESTAR, "bootstrap.py"}
        and re.search(r"^(?:from|import) litestar\b", file.read_text(), re.MULTILINE)
    ]
    assert "contexts/identity/http_sessions.py" in knowing
    assert [name for name in knowing if not ROUTES.search(name)] == []


@pytest.mark.parametrize("folder", sorted((SOURCE / "read_models").glob("[!_]*/")), ids=str)
def test_a_read_model_has_the_fixed_files(folder: Path) -> None:
    names = {file.name for file in folder.iterdir() if file.suffix in {".py", ".sql"}}
    assert names >= IN_A_READ_MODEL | {"table.sql"}


@pytest.mark.parametrize("folder", sorted((SOURCE / "contexts").glob("[!_]*/")), ids=str)
def test_a_context_has_the_fixed_files_and_says_what_it_owns(folder: Path) -> None:
    assert {file.name for file in folder.glob("*.py")} >= IN_A_CONTEXT
    assert (folder / "commands").is_dir()
    assert (ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or "")[:4] == "Owns"


@pytest.mark.parametrize(
    "file",
    [
        *sorted((SOURCE / "contexts").glob("*/commands/[!_]*.py")),
        *sorted(f for f in (SOURCE / "crossings").glob("*/[!_]*.py") if not ROUTES.search(f.name)),
    ],
    ids=relative,
)
def test_a_command_file_holds_the_command_and_its_function(file: Path) -> None:
    tree = ast.parse(file.read_text())
    functions = {node.name for node in tree.body if isinstance(node, ast.AsyncFunctionDef)}
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    assert file.stem in functions
    assert "".join(word.title() for word in file.stem.split("_")) in classes


@pytest.mark.parametrize("file", sorted((SOURCE / "processes").glob("*_on_*.py")), ids=relative)
def test_a_process_is_named_as_a_sentence_and_listed(file: Path) -> None:
    bootstrap = (SOURCE / "bootstrap.py").read_text()
    assert f"{file.stem}.PROCESS" in bootstrap


def test_every_fact_about_the_registry_stays_out_of_the_locks() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text()
        assert "http://" not in text
        assert "https://" not in text
        assert "--index-url" not in text
