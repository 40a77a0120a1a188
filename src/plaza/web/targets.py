"""What a request line names, as it came."""

from litestar.types import HTTPScope, Scope


def target_of(scope: HTTPScope | Scope) -> bytes:
    """The path and the query, before anything is decoded."""
    path, query = scope["raw_path"], scope["query_string"]
    return path + b"?" + query if query else path
