"""What can be done next with what an operation answered: the `links` of the document."""

import re
from collections.abc import Iterator, Sequence
from http.client import CREATED
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from litestar.params import PathParameter

from plaza.web.openapi.operation import Documented
from plaza.web.openapi.shapes import without_none

PARAMETER = re.compile("{([a-z_]+)}")
UP_TO_LAST_PARAMETER = re.compile("^.*}")
IF_MATCH = "header.If-Match"

Expressions = dict[str, str]
"""By the name of a path's parameter: where in a request or an answer its value stands."""


def links_from(source: Documented, everything: Sequence[Documented]) -> dict[str, Any]:
    """A link to every operation whose path the source's answer completes, by operation id."""
    sent = {name: f"$request.path.{name}" for name in _parameters(source.path)}
    answered = _answered(source, everything)
    links = {}
    for target in everything:
        if target == source or (source.is_public_read and target.handler.guards):
            continue
        parameters = _taken(source, target, sent | answered)
        if {f"path.{name}" for name in answered} & parameters.keys() or IF_MATCH in parameters:
            name = str(target.handler.operation_id)
            links[name] = {"operationId": name, "parameters": parameters}
    return links


def _taken(source: Documented, target: Documented, known: Expressions) -> Expressions:
    """What the target takes of what is known; nothing where its path wants more than that."""
    wanted = _parameters(target.path)
    if not known.keys() >= set(wanted):
        return {}
    parameters = {f"path.{name}": known[name] for name in wanted}
    if source.answers_version and target.wants_version and _is_about_the_same(source, target):
        parameters[IF_MATCH] = "$response.header.ETag"
    return parameters


def _answered(source: Documented, everything: Sequence[Documented]) -> Expressions:
    """The ids in the answer; a plain `id` is of what stands right below the source's path."""
    found: Expressions = {}
    for name, pointer in _ids_in(source.shape, ""):
        for parameter in [name] if name else _below(source.path, everything):
            found.setdefault(parameter, f"$response.body#{pointer}")
    return found


def _ids_in(shape: Any, pointer: str, *around: Any) -> Iterator[tuple[str, str]]:
    """Each id in a struct and in the first items of its lists: whose, and where it stands."""
    if not (isinstance(shape, type) and issubclass(shape, msgspec.Struct)) or shape in around:
        return
    types = get_type_hints(shape)
    for field in msgspec.structs.fields(shape):
        wanted = without_none(types[field.name])
        here = f"{pointer}/{field.encode_name}"
        if wanted is UUID and field.encode_name.endswith("id"):
            yield field.encode_name.removesuffix("id").rstrip("_"), here
        elif get_origin(wanted) is list:
            of_what = "" if field.name == "items" else _singular(field.encode_name)
            for name, inner in _ids_in(get_args(wanted)[0], f"{here}/0", shape, *around):
                yield name or of_what, inner


def _below(path: str, everything: Sequence[Documented]) -> set[str]:
    """The parameters that follow a path, where they are ids."""
    noun = _singular(path.rpartition("/")[2])
    return {
        name
        for operation in everything
        if (name := _next_parameter(path, operation.path))
        and (name == noun or _is_id(operation, name))
    }


def _next_parameter(path: str, longer: str) -> str | None:
    found = PARAMETER.match(longer, len(path) + 1) if longer.startswith(f"{path}/") else None
    return found and found[1]


def _is_id(operation: Documented, name: str) -> bool:
    field = operation.takes[name]
    return isinstance(field.kwarg_definition, PathParameter) and field.annotation is UUID


def _is_about_the_same(source: Documented, target: Documented) -> bool:
    """Whether the version in the source's answer is the one that the target compares."""
    return _thing(source) == _thing(target)


def _thing(operation: Documented) -> str:
    """The path of what an operation is about; a collection's POST is about what it makes."""
    path = operation.path
    if (
        operation.method == "post"
        and not path.endswith("}")
        and operation.handler.status_code == CREATED
    ):
        return f"{path}/{{{_singular(path.rpartition('/')[2])}}}"
    found = UP_TO_LAST_PARAMETER.match(path)
    return found[0] if found else path


def _parameters(path: str) -> list[str]:
    return PARAMETER.findall(path)


def _singular(noun: str) -> str:
    plain = noun.replace("-", "_")
    return f"{plain[:-3]}y" if plain.endswith("ies") else plain.removesuffix("s")
