"""What is kept of the directory: its pages, and each vendor by each of its names."""

from functools import partial

from plaza.kernel.refusals import NotThere
from plaza.kernel.text import is_slug
from plaza.read_models.vendor_directory.projection import PROJECTION
from plaza.read_models.vendor_directory.query import get_vendor, list_vendors
from plaza.reading.cursor import Cursors
from plaza.reading.served_copy import ServedCopy

PREFIX = f"{PROJECTION.name}:v{PROJECTION.schema_version}"


def served_list(cursors: Cursors, limit: int, cursor: str | None) -> ServedCopy:
    """A page of the directory."""
    fill = partial(list_vendors, cursors=cursors, limit=limit, cursor=cursor)
    place = "" if cursor is None else repr(cursor)
    return ServedCopy(PROJECTION.name, f"{PREFIX}:list:{limit}:{place}", fill)


def served_copy(name: str) -> ServedCopy:
    """The vendor that a path names.

    Raises:
        NotThere: no vendor can have that name.
    """
    if not is_slug(name):
        raise NotThere
    return ServedCopy(PROJECTION.name, f"{PREFIX}:one:{name}", partial(get_vendor, name=name))


def asked(key: str, cursors: Cursors) -> ServedCopy | None:
    """The question of a key; of the directory's pages only the first ones are asked again."""
    match key.removeprefix(f"{PREFIX}:").split(":"):
        case ["one", name]:
            return served_copy(name)
        case ["list", limit, ""]:
            return served_list(cursors, int(limit), None)
        case _:
            return None
