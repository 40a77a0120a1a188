"""One TLS context for all clients of a process: each would read every root certificate anew."""

from functools import cache

from httpx._transports import default


def share_tls_context() -> None:
    """For whatever is opened in this process from now on; nobody changes theirs."""
    default.create_ssl_context = cache(default.create_ssl_context)
