"""One operation of the document: what its route takes, and what it may answer."""

import re
from collections.abc import Iterator
from http.client import PRECONDITION_FAILED, PRECONDITION_REQUIRED
from inspect import getdoc
from typing import Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter, QueryParameter
from litestar.typing import FieldDefinition

from plaza.web.authentication import authenticated
from plaza.web.documenting import JSON, answered_type
from plaza.web.openapi.shapes import parameter_type, without_none
from plaza.web.openapi.shared_parts import (
    headers_referred,
    parameter_reference,
    refusal_reference,
)

WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")

Schemas = dict[Any, Any]


class Documented(msgspec.Struct, frozen=True):
    """A route as the document tells it."""

    path: str
    method: str
    handler: HTTPRouteHandler

    @property
    def takes(self) -> dict[str, FieldDefinition]:
        return self.handler.parsed_fn_signature.parameters

    @property
    def is_command(self) -> bool:
        return "commanding" in self.takes and self.method != "get"

    @property
    def is_public_read(self) -> bool:
        return "answering" in self.takes and not self.handler.guards

    def types(self) -> Iterator[Any]:
        """Every type that a schema is needed of."""
        body = self.handler.parsed_data_field
        if body is not None:
            yield without_none(body.annotation)
        for field in self.takes.values():
            if isinstance(field.kwarg_definition, QueryParameter | PathParameter):
                yield parameter_type(field.annotation, field.kwarg_definition)
        shape = self._shape()
        if shape is not bytes:
            yield shape

    def operation(self, schemas: Schemas) -> dict[str, Any]:
        """The operation object."""
        handler = self.handler
        told: dict[str, Any] = {
            "operationId": handler.operation_id,
            "summary": WORD.sub(" ", str(handler.operation_id)).capitalize(),
            "tags": [handler.fn.__module__.split(".")[-2].replace("_", " ")],
            "parameters": [*self._parameters(schemas), *self._headers()],
            "responses": self._responses(schemas),
        }
        if described := getdoc(handler.fn):
            told["description"] = described
        if handler.parsed_data_field is not None:
            told["requestBody"] = self._body(handler.parsed_data_field, schemas)
        if handler.guards:
            told["security"] = [{"accessToken": []}]
        return told

    def _shape(self) -> Any:
        """What a success is encoded from; bytes where it is no JSON."""
        told = (self.handler.responses or {}).get(self.handler.status_code)
        if told is not None:
            return told.data_container
        returned = self.handler.parsed_fn_signature.return_type
        return bytes if returned.is_subclass_of(Response) else returned.annotation

    def _parameters(self, schemas: Schemas) -> Iterator[dict[str, Any]]:
        for name, field in self.takes.items():
            told = field.kwarg_definition
            if not isinstance(told, QueryParameter | PathParameter):
                continue
            is_path = isinstance(told, PathParameter)
            schema = schemas[parameter_type(field.annotation, told)]
            if field.has_default and field.default is not None:
                schema = {**schema, "default": field.default}
            parameter = {
                "name": name,
                "in": "path" if is_path else "query",
                "required": is_path or field.is_required,
                "schema": schema,
            }
            yield parameter | ({"description": told.description} if told.description else {})

    def _headers(self) -> Iterator[dict[str, str]]:
        refused = self.handler.responses or {}
        if self.is_command and self.method == "post" and self.handler.guards:
            yield parameter_reference("IdempotencyKey")
        if PRECONDITION_FAILED in refused:
            yield parameter_reference(
                "IfMatch" if PRECONDITION_REQUIRED in refused else "IfMatchOptional"
            )
        if "answering" in self.takes:
            yield parameter_reference("PlazaConsistency")
            yield parameter_reference("Prefer")
        if self.is_public_read:
            yield parameter_reference("IfNoneMatch")
        yield parameter_reference("RequestId")

    def _body(self, field: FieldDefinition, schemas: Schemas) -> dict[str, Any]:
        schema = schemas[without_none(field.annotation)]
        return {"required": field.is_required, "content": {JSON: {"schema": schema}}}

    def _responses(self, schemas: Schemas) -> dict[str, Any]:
        shape = self._shape()
        media_type = answered_type(self.handler)
        schema = {"type": "string"} if shape is bytes else schemas[shape]
        responses: dict[str, Any] = {
            str(self.handler.status_code): {
                "description": "Done." if self.is_command else "What was asked for.",
                "headers": headers_referred(*self._answered_headers()),
                "content": {media_type: {"schema": schema}},
            }
        }
        if self.is_public_read:
            responses["304"] = {"description": "What you have still holds."}
        for status in sorted(self._refusals()):
            responses[str(status)] = refusal_reference(status)
        return responses

    def _answered_headers(self) -> Iterator[str]:
        yield "RequestId"
        if "answering" in self.takes:
            yield from ("PlazaPosition", "PlazaLagMs")
        if self.is_command:
            yield "PlazaConsistency"
        if self.is_public_read or PRECONDITION_FAILED in (self.handler.responses or {}):
            yield "ETag"

    def _refusals(self) -> set[int]:
        statuses = {400, 406, *(self.handler.responses or {})} - {self.handler.status_code}
        if self.handler.guards:
            statuses |= {401} if self.handler.guards == [authenticated] else {401, 403}
        if "{" in self.path:
            statuses.add(404)
        if self.handler.parsed_data_field is not None:
            statuses |= {413, 415}
        if self.is_command:
            statuses |= {409, 422, 503}
        if "answering" in self.takes or "state_of" in self.takes:
            statuses.add(503)
        return statuses
