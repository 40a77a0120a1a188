"""A product's page as it is kept: by its slug, or by its id."""

from functools import partial
from uuid import UUID

from plaza.kernel.refusals import NotThere
from plaza.kernel.text import is_slug
from plaza.read_models.product_page.projection import PROJECTION
from plaza.read_models.product_page.query import get_product, name_in
from plaza.reading.cursor import Cursors
from plaza.reading.served_copy import ServedCopy

PREFIX = f"{PROJECTION.name}:v{PROJECTION.schema_version}"


def served_copy(text: str) -> ServedCopy:
    """The page of the product that a path names.

    Raises:
        NotThere: no product can have that name.
    """
    name = name_in(text)
    if not isinstance(name, UUID) and not is_slug(name):
        raise NotThere
    return ServedCopy(PROJECTION.name, f"{PREFIX}:{name}", partial(get_product, name=text))


def asked(key: str, _: Cursors) -> ServedCopy:
    """The question of a key."""
    return served_copy(key.removeprefix(f"{PREFIX}:"))
