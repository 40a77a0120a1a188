"""What the marketplace wants to know of vendors before it lets them sell, and what they say."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta
from sqlalchemy import BigInteger, select
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.vendors.events import (
    RequirementAnswered,
    RequirementCreated,
    RequirementRemoved,
)
from plaza.contexts.vendors.vendor import Vendor
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import Conflict, NotThere
from plaza.kernel.text import NOT_BLANK, VISIBLE
from plaza.writing.aggregate import Row
from plaza.writing.unit_of_work import UnitOfWork

RequirementKey = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=60,
        pattern=r"^[a-z][a-z0-9_]*\Z",
        description="snake_case, as in `tax_number`",
    ),
]
AnswerText = Annotated[
    str, Meta(min_length=1, max_length=20_000, pattern=VISIBLE, description=NOT_BLANK)
]

UNLOCKED = {"applied", "onboarding", "rejected", "approved", "suspended"}


class RequirementKeyTaken(Conflict):
    code = "requirement_key_taken"
    title = "There is a requirement of that key already"


class RequirementsMissing(Conflict):
    code = "requirements_missing"
    title = "Something that is required was not answered"


class AnswersLocked(Conflict):
    code = "answers_locked"
    title = "Answers cannot be changed now"


class Requirement(Row):
    __tablename__ = "requirement"
    __table_args__ = {"schema": "vendors"}  # noqa: RUF012  SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str]
    label: Mapped[str]
    description: Mapped[str]
    required: Mapped[bool]

    def created(self) -> RequirementCreated:
        """Its first fact."""
        return RequirementCreated(
            requirement_id=self.id,
            version=1,
            key=self.key,
            label=self.label,
            description=self.description,
            required=self.required,
        )

    def removed(self) -> RequirementRemoved:
        """Its last fact."""
        return RequirementRemoved(requirement_id=self.id, version=2, key=self.key)


class Answer(Row):
    """What one vendor says to one requirement."""

    __tablename__ = "requirement_answer"
    __table_args__ = {"schema": "vendors"}  # noqa: RUF012  SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True)
    vendor_id: Mapped[UUID]
    requirement_id: Mapped[UUID]
    answer: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    answered_at: Mapped[datetime]

    def say(self, answer: str, now: datetime) -> RequirementAnswered:
        """Answer, in the place of what was said before; the fact does not say what."""
        self.answer, self.answered_at = answer, now
        self.version += 1
        return RequirementAnswered(
            requirement_answer_id=self.id,
            requirement_id=self.requirement_id,
            vendor_id=self.vendor_id,
            version=self.version,
        )


async def find_requirement(key: str, work: UnitOfWork) -> Requirement:
    """The requirement of that key.

    Raises:
        NotThere: there is none.
    """
    wanted = select(Requirement).where(Requirement.key == key)
    found: Requirement | None = await work.session.scalar(wanted)
    if found is None:
        raise NotThere
    return found


async def any_requirements(work: UnitOfWork) -> bool:
    """Whether vendors have to go through onboarding."""
    return await work.session.scalar(select(Requirement.id).limit(1)) is not None


async def require_answers(vendor_id: UUID, work: UnitOfWork) -> None:
    """Refuse to go on while something that is required was not answered.

    Raises:
        RequirementsMissing: it names them.
    """
    answered = select(Answer.requirement_id).where(Answer.vendor_id == vendor_id)
    wanted = select(Requirement.key).where(Requirement.required, Requirement.id.not_in(answered))
    missing = list(await work.session.scalars(wanted.order_by(Requirement.key)))
    if missing:
        raise RequirementsMissing(f"Answer these first: {', '.join(missing)}.", missing=missing)


async def answer_of(vendor: Vendor, requirement: Requirement, work: UnitOfWork) -> Answer:
    """The vendor's answer, to be changed; the vendor is locked.

    Raises:
        AnswersLocked: they are being looked at, or nobody will look at them any more.
    """
    if vendor.status not in UNLOCKED:
        message = f"The vendor is {vendor.status}; it can answer while it is not."
        raise AnswersLocked(message, vendor_status=vendor.status)
    held = select(Answer).where(
        Answer.vendor_id == vendor.id, Answer.requirement_id == requirement.id
    )
    answer: Answer | None = await work.session.scalar(held)
    if answer is None:
        answer = Answer(id=new_id(), vendor_id=vendor.id, requirement_id=requirement.id, version=0)
        work.session.add(answer)
    return answer


CONSTRAINTS = {"requirement_key_key": (RequirementKeyTaken, "Choose another key.")}
