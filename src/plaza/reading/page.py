"""Pages of a list: JSON that is ready, put together without being parsed."""

LIMIT_DEFAULT = 24
LIMIT_MAX = 100


def items_json(items: list[str]) -> bytes:
    """The document of a list that has no further pages."""
    return f'{{"items":[{",".join(items)}]}}'.encode()


def page_json(items: list[str], next_cursor: str | None, **members: str) -> bytes:
    """The page's document made of items that are JSON already.

    Args:
        items: one JSON text an item.
        next_cursor: None on the last page.
        members: further members, each a JSON text.
    """
    cursor = f'"{next_cursor}"' if next_cursor is not None else "null"
    further = "".join(f',"{name}":{value}' for name, value in members.items())
    return f'{{"items":[{",".join(items)}],"next_cursor":{cursor}{further}}}'.encode()
