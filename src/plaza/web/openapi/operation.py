"""One operation of the document: what its route takes, and what it may answer."""

import re
from collections.abc import Iterator
from http.client import FOUND, PERMANENT_REDIRECT, PRECONDITION_FAILED, PRECONDITION_REQUIRED
from inspect import getdoc
from typing import Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import HeaderParameter, PathParameter, QueryParameter
from litestar.typing import FieldDefinition

from plaza.web.authentication import caller_known, other_ways_of, scope_of
from plaza.web.documenting import JSON, answered_type
from plaza.web.openapi.shapes import parameter_type, without_none
from plaza.web.openapi.shared_parts import (
    REDIRECTION,
    headers_referred,
    parameter_reference,
    refusal_reference,
)
from plaza.web.rate_limits.groups import group_of
from plaza.web.repeating import KEY_REQUIRED_OPT

Parameter = QueryParameter | PathParameter | HeaderParameter
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

    @property
    def is_for_guests(self) -> bool:
        """Whether somebody may do it who is not logged in."""
        return not self.handler.guards or bool(other_ways_of(self.handler.guards))

    @property
    def answers_version(self) -> bool:
        """Whether the success's ETag is a version for If-Match."""
        return self.is_command and "version" in getattr(self.shape, "__struct_fields__", ())

    @property
    def wants_version(self) -> bool:
        """Whether the operation compares If-Match."""
        return PRECONDITION_FAILED in (self.handler.responses or {})

    @property
    def shape(self) -> Any:
        """What a success is encoded from; bytes where it is no JSON."""
        told = (self.handler.responses or {}).get(self.handler.status_code)
        if told is not None:
            return told.data_container or bytes
        returned = self.handler.parsed_fn_signature.return_type
        return bytes if returned.is_subclass_of(Response) else returned.annotation

    def types(self) -> Iterator[Any]:
        """Every type that a schema is needed of."""
        body = self.handler.parsed_data_field
        if body is not None:
            yield without_none(body.annotation)
        for field in self.takes.values():
            if isinstance(field.kwarg_definition, Parameter):
                yield parameter_type(field.annotation, field.kwarg_definition)
        if self.shape is not bytes:
            yield self.shape

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
            told["security"] = list(self._security())
        return told

    def _parameters(self, schemas: Schemas) -> Iterator[dict[str, Any]]:
        for name, field in self.takes.items():
            told = field.kwarg_definition
            if not isinstance(told, Parameter):
                continue
            is_path = isinstance(told, PathParameter)
            schema = schemas[parameter_type(field.annotation, told)]
            if field.has_default and field.default is not None:
                schema = {**schema, "default": field.default}
            parameter = {
                "name": name if is_path else told.name or name,
                "in": told.param_type.value,
                "required": is_path or field.is_required,
                "schema": schema,
            }
            yield parameter | ({"description": told.description} if told.description else {})

    def _headers(self) -> Iterator[dict[str, str]]:
        if self.is_command and self.method == "post":
            named = "IdempotencyKeyOfAnybody" if self.is_for_guests else "IdempotencyKey"
            named += "Required" if KEY_REQUIRED_OPT in self.handler.opt else ""
            yield parameter_reference(named)
        if self.wants_version:
            required = PRECONDITION_REQUIRED in (self.handler.responses or {})
            yield parameter_reference("IfMatch" if required else "IfMatchOptional")
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
        media_type = answered_type(self.handler)
        schema = {"type": "string"} if self.shape is bytes else schemas[self.shape]
        responses: dict[str, Any] = {
            str(self.handler.status_code): {
                "description": self._meaning(self.handler.status_code),
                "headers": headers_referred(*self._answered_headers()),
                "content": {media_type: {"schema": schema}},
            }
        }
        for status in self._further_successes():
            first = responses[str(self.handler.status_code)]
            responses[str(status)] = {**first, "description": self._meaning(status)}
        if self.is_public_read:
            responses["304"] = {"description": "What you have still holds."}
        if FOUND in (self.handler.responses or {}):
            responses[str(FOUND)] = REDIRECTION
        if PERMANENT_REDIRECT in (self.handler.responses or {}):
            responses["308"] = {"description": "It is found under `Location` now."}
        for status in sorted(self._refusals()):
            responses[str(status)] = refusal_reference(status)
        return responses

    def _meaning(self, status: int) -> str:
        """What a success of the status says."""
        told = (self.handler.responses or {}).get(status)
        return told.description if self.is_command and told else "What was asked for."

    def _further_successes(self) -> list[int]:
        told = self.handler.responses or {}
        return [status for status in told if status < FOUND and status != self.handler.status_code]

    def _security(self) -> Iterator[dict[str, list[str]]]:
        yield {"accessToken": []}
        cookies: dict[str, list[str]] = {"accessCookie": []}
        if self.method != "get":
            cookies["csrfToken"] = []
        yield cookies
        yield from other_ways_of(self.handler.guards or ())
        scope = scope_of(self.handler.guards or ())
        if scope is not None or self.handler.guards == [caller_known]:
            yield {"apiKey": [scope] if scope else []}

    def _answered_headers(self) -> Iterator[str]:
        yield "RequestId"
        if group_of(self.handler) is not None:
            yield from ("RateLimitPolicy", "RateLimit")
        if "answering" in self.takes:
            yield from ("PlazaPosition", "PlazaLagMs")
        if self.is_command:
            yield "PlazaConsistency"
        if self.is_public_read or self.answers_version:
            yield "ETag"

    def _refusals(self) -> set[int]:
        statuses = {400, 406, *(self.handler.responses or {})}
        statuses -= {self.handler.status_code, FOUND, PERMANENT_REDIRECT}
        statuses -= set(self._further_successes())
        if self.handler.guards:
            statuses |= {401} if self.handler.guards == [caller_known] else {401, 403}
        if "{" in self.path:
            statuses.add(404)
        if group_of(self.handler) is not None:
            statuses.add(429)
        if self.handler.parsed_data_field is not None:
            statuses |= {408, 413, 415}
        if self.is_command:
            statuses |= {409, 422, 503}
        if "answering" in self.takes:
            # Nobody has to say who they are to read; who says it wrongly is told so.
            statuses.add(401)
        if "answering" in self.takes or "state_of" in self.takes:
            statuses.add(503)
        return statuses
