"""A normalized shop: vendors and categories, products with variants, offers for the variants."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Text, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Table(DeclarativeBase):
    type_annotation_map = {str: Text, datetime: DateTime(timezone=True), UUID: Uuid}


class Vendor(Table):
    __tablename__ = "vendor"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Category(Table):
    __tablename__ = "category"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Product(Table):
    __tablename__ = "product"
    __table_args__ = (Index("ix_product_newest", "status", "created_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    brand: Mapped[str | None]
    description: Mapped[str | None]
    image: Mapped[str | None]
    status: Mapped[str]
    rating_average: Mapped[float | None]
    rating_count: Mapped[int]
    created_at: Mapped[datetime]
    vendor_id: Mapped[UUID] = mapped_column(ForeignKey("vendor.id"), index=True)
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("category.id"), index=True)

    category: Mapped[Category | None] = relationship()
    variants: Mapped[list["Variant"]] = relationship(order_by="Variant.rank")


class Variant(Table):
    __tablename__ = "variant"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id"), index=True)
    rank: Mapped[int]

    offers: Mapped[list["Offer"]] = relationship()


class Offer(Table):
    __tablename__ = "offer"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    variant_id: Mapped[UUID] = mapped_column(ForeignKey("variant.id"), index=True)
    vendor_id: Mapped[UUID] = mapped_column(ForeignKey("vendor.id"), index=True)
    sku: Mapped[str | None]
    price_minor: Mapped[int]
    compare_at_minor: Mapped[int | None]
    currency: Mapped[str]
    stock: Mapped[int]
    created_at: Mapped[datetime]

    vendor: Mapped[Vendor] = relationship()
