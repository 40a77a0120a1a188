"""A new place in the tree."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from plaza.contexts.catalog.category import Categories, Category
from plaza.kernel.ids import new_id
from plaza.kernel.text import Name, Slug, slug_of
from plaza.writing.unit_of_work import UnitOfWork

Rank = Annotated[int, Meta(ge=0, le=1_000_000)]


class CreateCategory(msgspec.Struct, frozen=True, kw_only=True):
    name: Name
    slug: Slug | None = None
    parent_id: UUID | None = None
    rank: Rank = 0


async def create_category(command: CreateCategory, work: UnitOfWork) -> Category:
    if command.parent_id is not None:
        await Categories.of(work).require_room_below(command.parent_id)
    category = Category(
        id=new_id(),
        parent_id=command.parent_id,
        slug=command.slug or slug_of(command.name),
        name=command.name,
        rank=command.rank,
    )
    work.publish(category.create())
    work.session.add(category)
    return category
