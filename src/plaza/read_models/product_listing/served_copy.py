"""Pages of the listing as they are kept: each question, each page of it."""

from functools import partial

import msgspec

from plaza.read_models.product_listing.projection import PROJECTION
from plaza.read_models.product_listing.query import ProductsWanted, list_products
from plaza.reading.cursor import Cursors
from plaza.reading.served_copy import ServedCopy

PREFIX = f"{PROJECTION.name}:v{PROJECTION.schema_version}"


def served_copy(
    cursors: Cursors, wanted: ProductsWanted, limit: int, cursor: str | None
) -> ServedCopy:
    """The page that is asked for, however the question was written."""
    key = f"{PREFIX}:{limit}:{'' if cursor is None else repr(cursor)}:{wanted.fingerprint()}"
    fill = partial(list_products, cursors=cursors, wanted=wanted, limit=limit, cursor=cursor)
    return ServedCopy(PROJECTION.name, key, fill)


def asked(key: str, cursors: Cursors) -> ServedCopy | None:
    """The question of a key; only first pages are asked again."""
    limit, _, rest = key.removeprefix(f"{PREFIX}:").partition(":")
    if not rest.startswith(":"):
        return None
    wanted = msgspec.json.decode(rest[1:], type=ProductsWanted)
    return served_copy(cursors, wanted, int(limit), None)
