"""The base of the write side's tables and the repository that finds them by id."""

from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import BigInteger, DateTime, FetchedValue, Select, Uuid, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from plaza.kernel.refusals import NotThere, StaleVersion, VersionRequired
from plaza.writing.direct_rows import shape_of
from plaza.writing.unit_of_work import UnitOfWork


class Row(DefaultBase):
    """A table of the write side."""

    __abstract__ = True

    is_direct: ClassVar[bool] = False
    """Whether `writing/direct_rows.py` writes it; its columns are its members."""

    is_directly_made: ClassVar[bool] = True
    """Whether that writes new rows too: not where they refer to rows that SQLAlchemy makes."""

    def __init__(self, **values: Any) -> None:
        """A new row; its columns are set at once, since nothing listens to each being set."""
        if self.is_direct and values.keys() <= shape_of(type(self)).types.keys():
            vars(self).update(values)
        else:
            super().__init__(**values)


class VersionedRow(Row):
    """An aggregate's row: each change counts its version up, compared and set by SQLAlchemy."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=FetchedValue()
    )

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        # The rules count the version, because the facts that they publish carry it.
        return {"version_id_col": cls.version, "version_id_generator": False}

    def expect(self, version: int | None) -> None:
        """Check the version that the caller read.

        Raises:
            VersionRequired: the caller named none.
            StaleVersion: it is not the present one.
        """
        if version is None:
            raise VersionRequired
        if version != self.version:
            raise StaleVersion(self.version)

    def expect_if_given(self, version: int | None) -> None:
        """Check the version that the caller read, where the caller need not name one.

        Raises:
            StaleVersion: it is not the present one.
        """
        if version is not None:
            self.expect(version)


A = TypeVar("A", bound=VersionedRow)


@cache
def _selecting(model: type[A]) -> Select[tuple[A]]:
    """What a repository begins its questions with; each would make it anew."""
    return select(model)


class Aggregates(SQLAlchemyAsyncRepository[A]):
    """The repository under every aggregate's own."""

    session: AsyncSession

    @classmethod
    def of(cls, work: UnitOfWork) -> Self:
        """The aggregates that the unit of work may see."""
        everything = _selecting(cls.model_type)
        return cls(
            session=work.session, statement=everything, auto_refresh=False, auto_expunge=False
        )

    async def find(self, aggregate_id: UUID) -> A:
        """The aggregate of that id.

        Raises:
            NotThere: there is none, or it is not for the caller to see.
        """
        found = await self.session.get(self.model_type, aggregate_id)
        if found is None:
            raise NotThere
        return found
