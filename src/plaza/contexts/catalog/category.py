"""The category: a place in the tree."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped

from plaza.contexts.catalog.events import CategoryChanged, CategoryCreated
from plaza.kernel.refusals import Conflict, Unprocessable
from plaza.writing.aggregate import Aggregates, VersionedRow

CATEGORIES_KNOWN = "Name a category of GET /v1/categories."

DEPTH_MAX = 32
"""The tree is told as one document: what is nested deeper can neither be written nor read."""


class CategorySlugTaken(Conflict):
    code = "slug_taken"
    title = "Another category has this slug"


class UnknownCategory(Unprocessable):
    code = "unknown_category"
    title = "There is no such category"


class CategoryTooDeep(Unprocessable):
    code = "category_too_deep"
    title = "The tree of categories would get too deep"


class Category(VersionedRow):
    __tablename__ = "category"
    __table_args__ = {"schema": "catalog"}  # noqa: RUF012  SQLAlchemy's own form

    parent_id: Mapped[UUID | None]
    slug: Mapped[str]
    name: Mapped[str]
    rank: Mapped[int]

    def create(self) -> CategoryCreated:
        """The first fact of a new category."""
        self.version = 1
        return CategoryCreated(
            category_id=self.id,
            version=self.version,
            parent_id=self.parent_id,
            slug=self.slug,
            name=self.name,
            rank=self.rank,
        )

    def change(self, *, name: str | None, slug: str | None, rank: int | None) -> CategoryChanged:
        """Change what is given."""
        self.name = self.name if name is None else name
        self.slug = self.slug if slug is None else slug
        self.rank = self.rank if rank is None else rank
        self.version += 1
        return CategoryChanged(
            category_id=self.id,
            version=self.version,
            slug=self.slug,
            name=self.name,
            rank=self.rank,
        )


class Categories(Aggregates[Category]):
    model_type = Category

    async def require(self, category_id: UUID) -> None:
        """Make sure that there is one of that id.

        Raises:
            UnknownCategory: there is none.
        """
        if await self.session.get(Category, category_id) is None:
            raise UnknownCategory(CATEGORIES_KNOWN)

    async def require_room_below(self, category_id: UUID) -> None:
        """Make sure that there is one of that id, and that another one may lie below it.

        Raises:
            UnknownCategory: there is none.
            CategoryTooDeep: so many lie above each other already.
        """
        await self.require(category_id)
        kept = select(Category.id, Category.parent_id)
        above = kept.where(Category.id == category_id).cte("above", recursive=True)
        above = above.union(kept.where(Category.id == above.c.parent_id))
        depth = await self.session.scalar(select(func.count()).select_from(above))
        if (depth or 0) >= DEPTH_MAX:
            raise CategoryTooDeep(f"At most {DEPTH_MAX} lie above each other.")


CONSTRAINTS = {
    "category_slug_key": (CategorySlugTaken, "Choose another slug."),
    "product_category_fkey": (UnknownCategory, CATEGORIES_KNOWN),
}
