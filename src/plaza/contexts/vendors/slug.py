"""Slugs of vendors: one vendor has each, also after it has taken another."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.vendors.vendor import Vendor, Vendors, VendorSlugTaken
from plaza.kernel.text import is_like_an_id, slug_of
from plaza.writing.aggregate import Row
from plaza.writing.unit_of_work import UnitOfWork

NUMBERED_MAX = 9
PLAIN_LENGTH_MAX = 40


class FormerSlug(Row):
    """A slug that a vendor had; it stays the vendor's, because links lead there."""

    __tablename__ = "former_slug"
    __table_args__ = {"schema": "vendors"}  # noqa: RUF012  SQLAlchemy's own form

    slug: Mapped[str] = mapped_column(primary_key=True)
    vendor_id: Mapped[UUID]


def slugs_for(name: str, vendor_id: UUID) -> Iterator[str]:
    """What a vendor of that name may be called, the best first; the last one is its own alone."""
    plain = slug_of(name)
    yield plain
    yield from (f"{plain}-{number}" for number in range(2, NUMBERED_MAX + 1))
    yield f"{plain[:PLAIN_LENGTH_MAX].rstrip('-')}-{vendor_id.hex}"


async def add_vendor(vendor: Vendor, slugs: Iterable[str], work: UnitOfWork) -> Vendor:
    """Add a vendor under the first of these slugs that is free.

    Raises:
        VendorSlugTaken: none is.
    """
    columns = [column.key for column in Vendor.__table__.columns if column.key != "created_at"]
    for slug in slugs:
        # Vendors are found by either, so that it could be another one's.
        if is_like_an_id(slug):
            continue
        values = {name: getattr(vendor, name) for name in columns} | {"slug": slug}
        # It waits for whoever is about to take the slug or to leave it.
        new = insert(Vendor).values(values).on_conflict_do_nothing(index_elements=["slug"])
        if await work.session.scalar(new.returning(Vendor.id)) is None:
            continue
        if await _is_kept_for_another(vendor.id, slug, work):
            await work.session.execute(delete(Vendor).where(Vendor.id == vendor.id))
            continue
        return await Vendors.of(work).find(vendor.id)
    raise VendorSlugTaken("Choose another slug.")


async def keep_former_slug(vendor: Vendor, former: str, work: UnitOfWork) -> None:
    """Keep the slug that the vendor has left, and see that its new one is nobody else's.

    Raises:
        VendorSlugTaken: another vendor had it before, and keeps it; or it reads as an id.
    """
    if vendor.slug == former:
        return
    if is_like_an_id(vendor.slug):
        raise VendorSlugTaken("Choose another slug: this one reads as an id.")
    # The unique index waits for whoever is about to leave the slug, and will be found to keep it.
    await work.flush()
    if await _is_kept_for_another(vendor.id, vendor.slug, work):
        raise VendorSlugTaken("Choose another slug.")
    await work.session.execute(delete(FormerSlug).where(FormerSlug.slug == vendor.slug))
    work.session.add(FormerSlug(slug=former, vendor_id=vendor.id))


async def _is_kept_for_another(vendor_id: UUID, slug: str, work: UnitOfWork) -> bool:
    kept = select(FormerSlug.slug).where(FormerSlug.slug == slug, FormerSlug.vendor_id != vendor_id)
    return await work.session.scalar(kept) is not None
