"""A vendor says what the marketplace wants to know of it."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.requirement import (
    Answer,
    AnswerText,
    answer_of,
    find_requirement,
)
from plaza.contexts.vendors.vendor import Vendors
from plaza.writing.unit_of_work import UnitOfWork


class AnswerVendorRequirement(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    key: str
    answer: AnswerText


async def answer_vendor_requirement(command: AnswerVendorRequirement, work: UnitOfWork) -> Answer:
    """Keep the answer; who had applied before anything was required begins onboarding by it."""
    vendor = await Vendors.of(work).find_locked(command.vendor_id)
    answer = await answer_of(vendor, await find_requirement(command.key, work), work)
    work.publish(answer.say(command.answer, work.now))
    if vendor.status in {"applied", "rejected"}:
        work.publish(vendor.begin_onboarding())
    return answer
