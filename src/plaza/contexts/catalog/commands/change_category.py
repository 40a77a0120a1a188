"""Another name, slug or rank for a category."""

from uuid import UUID

import msgspec

from plaza.contexts.catalog.category import Categories, Category
from plaza.contexts.catalog.commands.create_category import Rank
from plaza.kernel.text import Name, Slug
from plaza.writing.unit_of_work import UnitOfWork


class ChangeCategory(msgspec.Struct, frozen=True, kw_only=True):
    category_id: UUID
    version: int | None
    name: Name | None = None
    slug: Slug | None = None
    rank: Rank | None = None


async def change_category(command: ChangeCategory, work: UnitOfWork) -> Category:
    category = await Categories.of(work).find(command.category_id)
    category.expect(command.version)
    work.publish(category.change(name=command.name, slug=command.slug, rank=command.rank))
    return category
