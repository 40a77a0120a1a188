"""Create the tables of `DATABASE_URL` and fill them from a JSON file.

`python -m bench_baseline.fill goods.json`; the file holds a list of rows for each table.
"""

import asyncio
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from uuid import UUID

from bench_baseline.tables import Category, Offer, Product, Table, Variant, Vendor
from sqlalchemy import DateTime, Uuid, insert, text
from sqlalchemy.ext.asyncio import create_async_engine

CHUNK_SIZE = 1000


def typed_row(table: type[Table], row: dict[str, object]) -> dict[str, object]:
    """The row with the ids and times that JSON can only spell."""
    readers = {
        column.name: UUID if isinstance(column.type, Uuid) else datetime.fromisoformat
        for column in table.__table__.columns
        if isinstance(column.type, Uuid | DateTime)
    }
    return {
        name: readers[name](value) if name in readers and value is not None else value
        for name, value in row.items()
    }


async def fill(goods: dict[str, list[dict[str, object]]]) -> None:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(Table.metadata.create_all)
        for table in (Vendor, Category, Product, Variant, Offer):
            rows = [typed_row(table, row) for row in goods[table.__tablename__]]
            for start in range(0, len(rows), CHUNK_SIZE):
                await connection.execute(insert(table), rows[start : start + CHUNK_SIZE])
    async with engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text("VACUUM (ANALYZE)"))
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(fill(json.loads(Path(sys.argv[1]).read_text())))
