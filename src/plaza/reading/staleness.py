"""What a reader is told of a document that stands still because a fact of it could not be applied.

Almost always nothing is parked: the question costs a look at an empty index.
"""

from datetime import datetime

import msgspec


def stale_since(projection: str, **keys: str) -> str:
    """A column of a query: since when what it shows is not up to date, or NULL.

    Args:
        projection: the read model's name.
        keys: of each document that is shown: its table, without schema, version and build, and the
            column that holds its key, or `ANY` of several.
    """
    shown = " OR ".join(
        f"(k.document = '{document}' AND k.key = {key})" for document, key in keys.items()
    )
    # Asked once for all rows, and row by row only where something is parked.
    return f"""CASE
        WHEN EXISTS (SELECT FROM projecting.parked_key WHERE projection = '{projection}') THEN (
            SELECT min(k.since) FROM projecting.parked_key k
            WHERE k.projection = '{projection}' AND ({shown})) END AS stale_since"""


def told_stale(document: str, since: datetime | None) -> str:
    """The document, a JSON object, with the time if there is one."""
    if since is None:
        return document
    return f'{document[:-1]},"stale_since":{msgspec.json.encode(since).decode()}}}'
