"""Run by `uvicorn bench_baseline.app:app` with `DATABASE_URL` set."""

import base64
import os
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

from bench_baseline.listing import ListedProduct, ProductList
from bench_baseline.tables import Offer, Product, Variant
from fastapi import Depends, FastAPI, Query
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import joinedload, selectinload

engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=10, max_overflow=0)
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


async def open_session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


@app.get("/v1/products", response_model=ProductList)
async def list_products(
    session: Annotated[AsyncSession, Depends(open_session)],
    limit: Annotated[int, Query(ge=1, le=100)] = 24,
    cursor: str | None = None,
) -> ProductList:
    newest = (
        select(Product)
        .where(Product.status == "published")
        .options(
            # Joined for what there is one of, as SQLAlchemy advises: selectinload of these was a
            # fifth slower here.
            joinedload(Product.category),
            selectinload(Product.variants)
            .selectinload(Variant.offers)
            .joinedload(Offer.vendor, innerjoin=True),
        )
        .order_by(Product.created_at.desc(), Product.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        newest = newest.where(tuple_(Product.created_at, Product.id) < tuple_(*_position(cursor)))
    products = (await session.scalars(newest)).all()
    return ProductList(
        items=[ListedProduct.of(product) for product in products[:limit]],
        next_cursor=_cursor(products[limit - 1]) if len(products) > limit else None,
    )


def _cursor(last: Product) -> str:
    return base64.urlsafe_b64encode(f"{last.created_at.isoformat()}|{last.id}".encode()).decode()


def _position(cursor: str) -> tuple[datetime, UUID]:
    moment, _, product = base64.urlsafe_b64decode(cursor).decode().partition("|")
    return datetime.fromisoformat(moment), UUID(product)
