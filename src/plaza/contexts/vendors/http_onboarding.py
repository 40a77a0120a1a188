"""Routes by which vendors come in: requirements, answers, submission."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post, put
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from plaza.contexts.vendors.commands.answer_vendor_requirement import (
    AnswerVendorRequirement,
    answer_vendor_requirement,
)
from plaza.contexts.vendors.commands.create_vendor_requirement import (
    CreateVendorRequirement,
    create_vendor_requirement,
)
from plaza.contexts.vendors.commands.remove_vendor_requirement import (
    RemoveVendorRequirement,
    remove_vendor_requirement,
)
from plaza.contexts.vendors.commands.submit_vendor import SubmitVendor, submit_vendor
from plaza.contexts.vendors.http import VendorState, vendor_answer
from plaza.contexts.vendors.queries.get_vendor_standing import (
    VendorStanding,
    get_vendor_standing,
)
from plaza.contexts.vendors.queries.list_vendor_answers import AnswerList, list_vendor_answers
from plaza.contexts.vendors.queries.list_vendor_requirements import (
    RequirementList,
    list_vendor_requirements,
)
from plaza.contexts.vendors.requirement import Answer as VendorsAnswer
from plaza.contexts.vendors.requirement import AnswerText, Requirement, RequirementKey
from plaza.kernel.actor import MARKET, Surface
from plaza.kernel.refusals import NotThere
from plaza.kernel.text import Paragraphs, Title
from plaza.reading.cursor import Cursors
from plaza.reading.page import LIMIT_DEFAULT
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads
from plaza.web.answering import private_answer
from plaza.web.authentication import caller_required, is_operator, member_with, operator_only
from plaza.web.commanding import Commanding
from plaza.web.documenting import IF_MATCH_OPTIONAL, answers
from plaza.web.parameters import Cursor, Limit
from plaza.writing.answer import Answer, answer_with

MEMBER = member_with("owner", "manager", "staff")


class NewRequirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: RequirementKey
    label: Title
    description: Paragraphs = ""
    required: bool = True


class GivenAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    answer: AnswerText


class RequirementState(msgspec.Struct, frozen=True):
    id: UUID
    key: str
    label: str
    description: str
    required: bool


class AnswerState(msgspec.Struct, frozen=True):
    key: str
    answer: str
    answered_at: datetime


async def operator_or_member(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Guard: an operator, or a member of the vendor."""
    if is_operator(await caller_required(connection)):
        await operator_only(connection, handler)
    else:
        await MEMBER(connection, handler)


def _requirement_answer(status: int, requirement: Requirement) -> Answer:
    state = RequirementState(
        requirement.id,
        requirement.key,
        requirement.label,
        requirement.description,
        requirement.required,
    )
    return answer_with(status, state)


def _known_key(key: str) -> str:
    """A key that could be one.

    Raises:
        NotThere: no requirement is called like that.
    """
    try:
        return msgspec.convert(key, RequirementKey)
    except msgspec.ValidationError as error:
        raise NotThere from error


@post(
    "/v1/vendors/{vendor:uuid}/submit",
    operation_id="submitVendor",
    status_code=200,
    guards=[member_with("owner")],
    responses=answers(VendorState, also=IF_MATCH_OPTIONAL),
)
async def submit(
    vendor: FromPath[UUID], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """Asks for the review; everything that is required has to be answered before."""
    command = SubmitVendor(vendor_id=vendor, version=commanding.version)
    surface = Surface(vendor_id=vendor)
    return await commanding.run(submit_vendor, command, surface, vendor_answer(200))


@get(
    "/v1/vendors/{vendor:uuid}/standing",
    operation_id="getVendorStanding",
    guards=[member_with("owner", "manager", "staff", scope="vendor:read")],
    responses=answers(VendorStanding),
)
async def standing(vendor: FromPath[UUID], reads: NamedDependency[PrivateReads]) -> Response[bytes]:
    """The vendor as its members see it."""
    return private_answer(msgspec.json.encode(await get_vendor_standing(reads, vendor)), {})


@get(
    "/v1/vendors/{vendor:uuid}/requirements",
    operation_id="listVendorAnswers",
    guards=[operator_or_member],
    responses=answers(AnswerList),
)
async def given_answers(
    vendor: FromPath[UUID],
    reads: NamedDependency[PrivateReads],
    cursors: NamedDependency[Cursors],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response[bytes]:
    """What the marketplace wants to know, and what the vendor has said to it."""
    found = await list_vendor_answers(reads, vendor, Paging(cursors, limit, cursor))
    return private_answer(msgspec.json.encode(found), {})


@put(
    "/v1/vendors/{vendor:uuid}/requirements/{key:str}",
    operation_id="answerVendorRequirement",
    guards=[member_with("owner", "manager")],
    responses=answers(AnswerState),
)
async def give_answer(
    vendor: FromPath[UUID],
    key: FromPath[str],
    data: JSONBody[GivenAnswer],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    """Takes the place of what was said before; locked while the vendor is in review."""

    def answer(given: VendorsAnswer) -> Answer:
        return answer_with(200, AnswerState(key, given.answer, given.answered_at))

    command = AnswerVendorRequirement(vendor_id=vendor, key=_known_key(key), answer=data.answer)
    surface = Surface(vendor_id=vendor)
    return await commanding.run(answer_vendor_requirement, command, surface, answer)


@post(
    "/v1/operations/vendor-requirements",
    operation_id="createVendorRequirement",
    guards=[operator_only],
    responses=answers(RequirementState, 201),
)
async def require(
    data: JSONBody[NewRequirement], commanding: NamedDependency[Commanding]
) -> Response[bytes]:
    """From the first one on, who applies goes through onboarding and a review."""
    command = CreateVendorRequirement(**msgspec.structs.asdict(data))
    return await commanding.run(
        create_vendor_requirement, command, MARKET, lambda made: _requirement_answer(201, made)
    )


@get(
    "/v1/operations/vendor-requirements",
    operation_id="listVendorRequirements",
    guards=[operator_only],
    responses=answers(RequirementList),
)
async def requirements(
    reads: NamedDependency[PrivateReads],
    cursors: NamedDependency[Cursors],
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response[bytes]:
    """What vendors are asked."""
    found = await list_vendor_requirements(reads, Paging(cursors, limit, cursor))
    return private_answer(msgspec.json.encode(found), {})


@delete(
    "/v1/operations/vendor-requirements/{key:str}",
    operation_id="removeVendorRequirement",
    status_code=200,
    guards=[operator_only],
    responses=answers(RequirementState),
)
async def remove(key: FromPath[str], commanding: NamedDependency[Commanding]) -> Response[bytes]:
    """What vendors have answered to it goes with it."""
    command = RemoveVendorRequirement(key=_known_key(key))
    return await commanding.run(
        remove_vendor_requirement, command, MARKET, lambda gone: _requirement_answer(200, gone)
    )


ROUTES = [submit, standing, given_answers, give_answer, require, requirements, remove]
