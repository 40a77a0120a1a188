"""The category: a place in the tree."""

from uuid import UUID

from sqlalchemy.orm import Mapped

from plaza.contexts.catalog.events import CategoryChanged, CategoryCreated
from plaza.kernel.refusals import Conflict, Unprocessable
from plaza.writing.aggregate import Aggregates, VersionedRow

CATEGORIES_KNOWN = "Name a category of GET /v1/categories."


class CategorySlugTaken(Conflict):
    code = "slug_taken"
    title = "Another category has this slug"


class UnknownCategory(Unprocessable):
    code = "unknown_category"
    title = "There is no such category"


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


CONSTRAINTS = {
    "category_slug_key": (CategorySlugTaken, "Choose another slug."),
    "product_category_fkey": (UnknownCategory, CATEGORIES_KNOWN),
}
