"""Thirty seconds to any behaviour: an operation's id is the name of its function and its file."""

import ast
import re
from pathlib import Path
from typing import Any

from contract.operations import operations

SOURCE = Path(__file__).parents[2] / "src" / "plaza"

COMMANDS = ["contexts/*/commands/{name}.py", "crossings/*/{name}.py"]
QUERIES = ["read_models/*/query.py", "contexts/*/queries/{name}.py"]

# Routes about plaza itself are found in operations/.
ABOUT_PLAZA = {
    "getWelcome",
    "getVersion",
    "getHealth",
    "getLiveness",
    "getReadiness",
    "getMetrics",
    "getDemoPicture",
    "listProjections",
    "listParked",
    "retryParked",
    "skipParked",
    "rebuildProjection",
    "switchProjection",
    "rollbackProjection",
    "listMails",
    "getCommand",
    "listAuditEntries",
    "listVendorAuditEntries",
    "getSigningKeys",
}

# Redirects between a browser, the provider and plaza; the command behind is log_in_with_oidc.
SIGN_IN_REDIRECTS = {"startOidcLogin", "finishOidcLogin"}

# ARCHITECTURE §5.11: a person's own things are answered from the write side.
ANSWERED_BY_CONTEXTS = {"getAccount", "getTotp", "listSessions", "exportAccount"} | {
    *("getVendorStanding", "listMembers", "listInvitations", "listApiKeys"),
    *("listVendorRequirements", "listVendorAnswers", "getCart", "listAddresses"),
    *("listCarts", "listMemberships"),
}


def snake(operation_id: str) -> str:
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", operation_id).lower()


def places_of(operation_id: str, method: str) -> list[Path]:
    """Files in which the operation's function stands."""
    name = snake(operation_id)
    patterns = QUERIES if method == "get" else COMMANDS
    files = [file for p in patterns for file in SOURCE.glob(p.format(name=name))]
    return [file for file in files if name in functions_of(file)]


def functions_of(file: Path) -> set[str]:
    body = ast.parse(file.read_text()).body
    return {node.name for node in body if isinstance(node, ast.AsyncFunctionDef)}


def test_every_operation_is_found_by_its_name_in_one_place(document: dict[str, Any]) -> None:
    found = {
        operation["operationId"]: places_of(operation["operationId"], method)
        for _, method, operation in operations(document)
        if operation["operationId"] not in ABOUT_PLAZA | SIGN_IN_REDIRECTS
    }
    assert {name: places for name, places in found.items() if len(places) != 1} == {}
    beside = {name for name, (place,) in found.items() if "queries" in place.parts}
    assert beside == ANSWERED_BY_CONTEXTS


def test_the_named_exceptions_stand_in_operations(document: dict[str, Any]) -> None:
    told = {operation["operationId"] for _, _, operation in operations(document)}
    source = "".join(file.read_text() for file in (SOURCE / "operations").rglob("http*.py"))
    assert told >= ABOUT_PLAZA
    assert {name for name in ABOUT_PLAZA if f'operation_id="{name}"' not in source} == set()


def test_every_route_names_its_operation() -> None:
    for file in [*SOURCE.rglob("http.py"), *SOURCE.rglob("http_*.py")]:
        tree = ast.parse(file.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.AsyncFunctionDef):
                for decorator in node.decorator_list:
                    assert isinstance(decorator, ast.Call)
                    names = {keyword.arg for keyword in decorator.keywords}
                    assert "operation_id" in names, f"{file}: {node.name}"


def test_the_sign_in_redirects_stand_in_one_file_beside_their_command() -> None:
    identity = SOURCE / "contexts" / "identity"
    source = (identity / "http_oidc.py").read_text()
    assert set(re.findall(r'operation_id="(\w+)"', source)) == SIGN_IN_REDIRECTS
    assert "log_in_with_oidc" in functions_of(identity / "commands" / "log_in_with_oidc.py")
