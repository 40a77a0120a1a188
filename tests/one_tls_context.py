"""One TLS context for all clients of a process: each would read every root certificate anew."""

from functools import cache

from httpx import create_ssl_context
from httpx._transports import default


def share_tls_context() -> None:
    """For whatever is opened in this process from now on; nobody changes theirs."""
    # httpx imports it there for itself only, and that is the name that it calls.
    default.create_ssl_context = cache(create_ssl_context)  # type: ignore[attr-defined]
