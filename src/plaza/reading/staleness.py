"""What a reader is told of a document that stands still because a fact of it could not be applied.

Almost always nothing is parked: the question costs a look at an empty index.
"""

from datetime import datetime

import msgspec


def stale_since(projection: str, document: str, key: str) -> str:
    """A column of a query: since when a document is not up to date, or NULL.

    Args:
        projection: the read model's name.
        document: the document's table, without schema, version and build.
        key: the column that holds its key.
    """
    return f"""(
        SELECT min(k.since) FROM projecting.parked_key k WHERE k.projection = '{projection}'
            AND k.document = '{document}' AND k.key = {key}) AS stale_since"""


def told_stale(document: str, since: datetime | None) -> str:
    """The document, a JSON object, with the time if there is one."""
    if since is None:
        return document
    return f'{document[:-1]},"stale_since":{msgspec.json.encode(since).decode()}}}'
