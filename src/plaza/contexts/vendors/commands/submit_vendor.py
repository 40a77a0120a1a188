"""A vendor asks for the review, once it has answered what is required."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.requirement import any_requirements, require_answers
from plaza.contexts.vendors.vendor import Vendor, Vendors
from plaza.writing.unit_of_work import UnitOfWork


class SubmitVendor(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    version: int | None = None
    """The version that the caller read; checked where given."""


async def submit_vendor(command: SubmitVendor, work: UnitOfWork) -> Vendor:
    vendor = await Vendors.of(work).find_locked(command.vendor_id)
    vendor.expect_if_given(command.version)
    if vendor.status == "rejected" or (vendor.status == "applied" and await any_requirements(work)):
        work.publish(vendor.begin_onboarding())
    submitted = vendor.submit(work.now)
    await require_answers(vendor.id, work)
    work.publish(submitted)
    return vendor
