"""The tree as it is kept: whole."""

from plaza.read_models.category_tree.projection import PROJECTION
from plaza.read_models.category_tree.query import list_categories
from plaza.reading.cursor import Cursors
from plaza.reading.served_copy import ServedCopy

TREE = ServedCopy(
    PROJECTION.name, f"{PROJECTION.name}:v{PROJECTION.schema_version}", list_categories
)


def asked(_: str, __: Cursors) -> ServedCopy:
    """The question of a key: there is but one."""
    return TREE
