"""Which facts change the directory, and how."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.events import VENDOR_FACE, VendorFace
from plaza.projecting.projection import Document, Projection
from plaza.read_models.vendor_directory.document import FormerSlugRow, ListedVendor, VendorRow
from plaza.read_models.vendor_directory.tags import vendor_tags


def vendor_rows(vendor_id: UUID, face: VendorFace) -> list[VendorRow]:
    if not face.shown:
        return []
    listed = ListedVendor(vendor_id, face.slug, face.name, face.country, face.description)
    document = msgspec.json.encode(listed).decode()
    return [VendorRow(vendor_id, face.slug, face.name, document)]


def former_slug_rows(vendor_id: UUID, face: VendorFace) -> list[FormerSlugRow]:
    return [FormerSlugRow(vendor_id, slug) for slug in face.former_slugs]


PROJECTION = Projection(
    name="vendor_directory",
    schema_version=2,
    documents=(
        Document(
            table="vendor_directory",
            key="vendor_id",
            parts=VendorFace,
            on=VENDOR_FACE,
            rows=vendor_rows,
            tags=vendor_tags,
            tagged_by=("slug",),
        ),
        Document(
            table="vendor_directory_former_slug",
            key="vendor_id",
            identity=("slug",),
            parts=VendorFace,
            on=VENDOR_FACE,
            rows=former_slug_rows,
            tags=vendor_tags,
            tagged_by=("slug",),
        ),
    ),
)
