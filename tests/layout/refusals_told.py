"""docs/errors.md: every code of the refusals, made of their classes; what to do is written by hand.

`scripts/errors` writes the table anew and keeps what it says of what to do.
"""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

import plaza
from plaza.kernel.refusals import Refusal
from plaza.web.problems import BY_STATUS

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "errors.md"
SOURCE = ROOT / "src" / "plaza"

BEGIN = (
    "<!-- scripts/errors writes the codes, titles and members below; the last column is yours -->"
)
ROW = re.compile(r"^\| `([a-z0-9_]+)` \|(?:[^|]*\|){2} ?(.*?) ?\|$", re.MULTILINE)
HEAD = "| code | title | further members | what to do |\n|---|---|---|---|"
STANDARD_MEMBERS = {"errors", "retry_after_s"}
"""In every problem document, or in a header of the answer."""
STARTED_ONLY = "plaza.entrypoints"
"""Importing these begins a process, and they refuse nothing."""


class Told(msgspec.Struct, frozen=True, order=True):
    """A code, with everything that the classes say of it."""

    status: int
    code: str
    titles: tuple[str, ...]
    members: tuple[str, ...]

    def row(self, advice: str) -> str:
        members = ", ".join(f"`{member}`" for member in self.members)
        return f"| `{self.code}` | {' · '.join(self.titles)} | {members} | {advice} |"


def refusals() -> list[Told]:
    """Every code, by status and name."""
    for there in pkgutil.walk_packages(plaza.__path__, "plaza."):
        if not there.name.startswith(STARTED_ONLY):
            importlib.import_module(there.name)
    members = members_by_class()
    found: dict[tuple[int, str], list[type[Refusal]]] = {}
    for kind in _below(Refusal):
        module = kind.__module__
        # Other tests of the same process may have imported what refuses nothing over HTTP.
        if module.startswith("plaza.") and not module.startswith(STARTED_ONLY):
            found.setdefault((kind.status, kind.code), []).append(kind)
    told = [
        Told(
            status=status,
            code=code,
            titles=tuple(sorted({kind.title for kind in kinds})),
            members=tuple(sorted({m for kind in kinds for m in members.get(name_of(kind), ())})),
        )
        for (status, code), kinds in found.items()
    ]
    known = {each.code for each in told}
    others = [
        Told(status=status, code=code, titles=(title,), members=())
        for status, (code, title) in BY_STATUS.items()
        if code not in known
    ]
    return sorted([*told, *others])


def document(advice: dict[str, str]) -> str:
    """The text of the document, with that advice by code."""
    lines = [DOCUMENT.read_text().partition(BEGIN)[0] + BEGIN]
    status = None
    for told in refusals():
        if told.status != status:
            status = told.status
            lines += [f"\n## {status}\n", HEAD]
        lines.append(told.row(advice.get(told.code, "")))
    return "\n".join(lines) + "\n"


def advice_written() -> dict[str, str]:
    return dict(ROW.findall(DOCUMENT.read_text()))


def name_of(kind: type[Refusal]) -> str:
    return f"{kind.__module__}.{kind.__name__}"


@cache
def members_by_class() -> dict[str, set[str]]:
    """What is handed on with refusals where they are made, and in their own constructors."""
    found: dict[str, set[str]] = {}
    taken: dict[str, set[str]] = {}
    for file in SOURCE.rglob("*.py"):
        module = ".".join(file.relative_to(SOURCE.parent).with_suffix("").parts)
        nodes = list(ast.walk(ast.parse(file.read_text())))
        froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
        come_from = {alias.name: node.module for node in froms for alias in node.names}
        for node in nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                name = f"{come_from.get(node.func.id, module)}.{node.func.id}"
                found.setdefault(name, set()).update(_keywords(node))
            elif isinstance(node, ast.ClassDef):
                name = f"{module}.{node.name}"
                taken[name] = _parameters(node) - _in_constructor(node)
                found.setdefault(name, set()).update(_in_constructor(node))
    return {
        name: members - STANDARD_MEMBERS - taken.get(name, set()) for name, members in found.items()
    }


def _below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _below(inner)


def _keywords(call: ast.Call) -> set[str]:
    return {keyword.arg for keyword in call.keywords if keyword.arg is not None}


def _parameters(kind: ast.ClassDef) -> set[str]:
    """What the constructor takes by name, and keeps for itself unless it hands it on."""
    taken = [maker.args for maker in _constructors(kind)]
    return {arg.arg for args in taken for arg in [*args.args, *args.kwonlyargs]}


def _constructors(kind: ast.ClassDef) -> list[ast.FunctionDef]:
    return [n for n in kind.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]


def _in_constructor(kind: ast.ClassDef) -> set[str]:
    """The keywords of `super().__init__` and the names in the mappings that are made for it."""
    inside = [node for maker in _constructors(kind) for node in ast.walk(maker)]
    calls = [n for n in inside if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    passed = {m for call in calls if ast.unparse(call.func) == INIT for m in _keywords(call)}
    keys = [key for node in inside if isinstance(node, ast.Dict) for key in node.keys]
    return passed | {str(key.value) for key in keys if isinstance(key, ast.Constant)}


INIT = "super().__init__"


if __name__ == "__main__":
    DOCUMENT.write_text(document(advice_written()))
