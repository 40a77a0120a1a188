"""Every operation of the OpenAPI document, and where ids stand in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from contract.fitting import followed
from contract.operations import operations as told_operations
from plaza.entrypoints.api import create_app
from plaza.settings import Settings
from plaza.web.openapi.document import document_of


@dataclass(frozen=True)
class Operation:
    """One operation as the document tells it.

    Attributes:
        in_path: the names of its path parameters; each of them names something.
        in_query: the query parameters that are ids.
        in_body: pointers to the ids in its body; `*` stands for every item of a list.
        headers: what it takes, by the names of the document's shared parameters.
        scopes: what an API key must have; None where no key is let in.
    """

    id: str
    method: str
    path: str
    in_path: frozenset[str]
    in_query: frozenset[str]
    in_body: frozenset[str]
    query: frozenset[str]
    headers: frozenset[str]
    scopes: tuple[str, ...] | None
    is_public: bool

    @property
    def is_question(self) -> bool:
        return self.method == "GET"


def document() -> dict[str, Any]:
    """What the application tells of itself; to tell it, it need not be running."""
    told: dict[str, Any] = msgspec.json.decode(
        msgspec.json.encode(document_of(create_app(Settings(log_level="error")), ""))
    )
    return told


def operations_of(document: dict[str, Any]) -> dict[str, Operation]:
    """The operations by their ids."""
    found = (_operation(*told, document) for told in told_operations(document))
    return {operation.id: operation for operation in found}


def _operation(path: str, method: str, told: dict[str, Any], document: dict[str, Any]) -> Operation:
    referred = [part["$ref"].rpartition("/")[2] for part in told["parameters"] if "$ref" in part]
    own = [part for part in told["parameters"] if "$ref" not in part]
    query = {part["name"]: part["schema"] for part in own if part["in"] == "query"}
    content = told.get("requestBody", {}).get("content", {})
    keys = [way["apiKey"] for way in told.get("security", []) if "apiKey" in way]
    return Operation(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        in_path=frozenset(part["name"] for part in own if part["in"] == "path"),
        in_query=frozenset(
            name for name, schema in query.items() if list(_ids_in(schema, document))
        ),
        in_body=frozenset(
            pointer
            for media in content.values()
            for pointer in _ids_in(media.get("schema", {}), document)
        ),
        query=frozenset(query),
        headers=frozenset(referred),
        scopes=tuple(keys[0]) if keys else None,
        is_public=not told.get("security") or {} in told["security"],
    )


def _ids_in(schema: dict[str, Any], document: dict[str, Any], at: str = "") -> Iterator[str]:
    """Pointers to everything of the format uuid."""
    if "$ref" in schema:
        schema = followed(schema["$ref"], document)
    if schema.get("format") == "uuid":
        yield at
    for name, part in schema.get("properties", {}).items():
        yield from _ids_in(part, document, f"{at}/{name}")
    if isinstance(schema.get("items"), dict):
        yield from _ids_in(schema["items"], document, f"{at}/*")
    for way in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(way, ()):
            yield from _ids_in(part, document, at)


OPERATIONS = operations_of(document())
"""By their ids; the tests are generated from them."""
