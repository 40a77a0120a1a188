"""The product: what is described once, with its variants."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import ForeignKey, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plaza.contexts.catalog.events import (
    DescribedVariant,
    Picture,
    ProductChanged,
    ProductCreated,
    ProductPublished,
    ProductUnpublished,
)
from plaza.kernel.refusals import Conflict, IllegalTransition, Unprocessable
from plaza.kernel.states import moved
from plaza.kernel.text import VISIBLE, Paragraphs, ShortText, Title, normalized_name
from plaza.writing.aggregate import Aggregates, Row, VersionedRow

ProductStatus = Literal[
    "draft",
    "pending_review",
    "changes_requested",
    "rejected",
    "published",
    "unpublished",
    "suspended",
    "archived",
]

# Listing review is off: a draft is published at once.
MOVES: dict[ProductStatus, tuple[ProductStatus, ...]] = {
    "draft": ("published",),
    "pending_review": ("published", "changes_requested", "rejected"),
    "changes_requested": ("pending_review",),
    "rejected": (),
    "published": ("unpublished", "suspended"),
    "unpublished": ("published", "archived"),
    "suspended": ("published",),
    "archived": (),
}

VARIANTS_MAX = 100

ProductAttributes = Annotated[
    dict[Annotated[str, Meta(min_length=1, max_length=60)], ShortText], Meta(max_length=50)
]
OptionName = Annotated[str, Meta(min_length=1, max_length=60)]
Options = Annotated[list[OptionName], Meta(max_length=3)]
OptionValues = Annotated[
    dict[OptionName, Annotated[str, Meta(min_length=1, max_length=120)]], Meta(max_length=50)
]
"""Of more options than a product can have: what is too much is told by name, unless it is many."""
Url = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2_000,
        pattern=rf"^(https?://|/){VISIBLE}*\Z",
        description="An address that begins with http://, https:// or /, without blanks",
    ),
]


class GivenPicture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: Url
    alt: ShortText = ""


Media = Annotated[list[GivenPicture], Meta(max_length=30)]


class InvalidVariants(Unprocessable):
    code = "invalid_variants"
    title = "The variants do not fit the product's options"


class ProductSlugTaken(Conflict):
    code = "slug_taken"
    title = "Another product has this slug"


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said of a product; what is unset stays as it is."""

    title: Title | UnsetType = UNSET
    description: Paragraphs | UnsetType = UNSET
    category_id: UUID | None | UnsetType = UNSET
    brand: ShortText | None | UnsetType = UNSET
    attributes: ProductAttributes | UnsetType = UNSET
    media: Media | UnsetType = UNSET


class Variant(Row):
    __tablename__ = "variant"
    __table_args__ = {"schema": "catalog"}  # noqa: RUF012  SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("catalog.product.id"))
    vendor_id: Mapped[UUID]
    option_values: Mapped[dict[str, Any]] = mapped_column(JSONB)
    barcode: Mapped[str | None]
    weight_grams: Mapped[int | None]
    rank: Mapped[int] = mapped_column(SmallInteger)

    def described(self) -> DescribedVariant:
        return DescribedVariant(
            id=self.id,
            option_values=self.option_values,
            barcode=self.barcode,
            weight_grams=self.weight_grams,
        )


class Product(VersionedRow):
    __tablename__ = "product"
    __table_args__ = {"schema": "catalog"}  # noqa: RUF012  SQLAlchemy's own form

    vendor_id: Mapped[UUID]
    category_id: Mapped[UUID | None]
    slug: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    brand: Mapped[str | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    options: Mapped[list[Any]] = mapped_column(JSONB)
    media: Mapped[list[Any]] = mapped_column(JSONB)
    status: Mapped[ProductStatus] = mapped_column(Text)
    published_at: Mapped[datetime | None]
    variants: Mapped[list[Variant]] = relationship(order_by=Variant.rank, lazy="raise")

    def draft(self) -> ProductCreated:
        """The first fact of a new product.

        Raises:
            InvalidVariants: variants that are not told apart by the options.
        """
        _check_variants(self.options, [variant.option_values for variant in self.variants])
        self.status, self.version = "draft", 1
        return ProductCreated(
            **self._described(), variants=[variant.described() for variant in self.variants]
        )

    def change(self, description: Description) -> ProductChanged:
        """Say something else of it."""
        for name in description.__struct_fields__:
            given = getattr(description, name)
            if given is not UNSET:
                setattr(self, name, msgspec.to_builtins(given) if name == "media" else given)
        self.version += 1
        return ProductChanged(**self._described())

    def publish(self, now: datetime) -> ProductPublished:
        """Put it on the listing; a review or a suspension is not its vendor's to end."""
        if self.status in {"pending_review", "suspended"}:
            raise IllegalTransition("product", self.status, "published", [])
        self.status = moved("product", MOVES, self.status, "published")
        self.version += 1
        self.published_at = self.published_at or now
        return ProductPublished(
            product_id=self.id,
            vendor_id=self.vendor_id,
            version=self.version,
            published_at=self.published_at,
        )

    def unpublish(self) -> ProductUnpublished:
        self.status = moved("product", MOVES, self.status, "unpublished")
        self.version += 1
        return ProductUnpublished(
            product_id=self.id, vendor_id=self.vendor_id, version=self.version
        )

    def _described(self) -> dict[str, Any]:
        return {
            "product_id": self.id,
            "vendor_id": self.vendor_id,
            "version": self.version,
            "slug": self.slug,
            "title": self.title,
            "description": self.description,
            "category_id": self.category_id,
            "brand": self.brand,
            "attributes": self.attributes,
            "options": self.options,
            "media": [msgspec.convert(picture, Picture) for picture in self.media],
        }


class Products(Aggregates[Product]):
    model_type = Product


CONSTRAINTS = {"product_slug_key": (ProductSlugTaken, "Create the product again.")}


def _check_variants(options: list[str], values: list[dict[str, str]]) -> None:
    if len({normalized_name(option) for option in options}) != len(options):
        raise InvalidVariants("Two options have the same name.")
    if any(set(of_variant) != set(options) for of_variant in values):
        names = ", ".join(options) or "none"
        message = f"Each variant names a value for every option; the options are: {names}."
        raise InvalidVariants(message)
    told_apart = {
        tuple(normalized_name(of_variant[option]) for option in options) for of_variant in values
    }
    if len(told_apart) != len(values):
        raise InvalidVariants("Two variants have the same option values.")
