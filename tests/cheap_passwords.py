"""Hashes that cost a millisecond: every person of the tests has one, and few tests are about it."""

from plaza.contexts.identity import passwords

SHIPPED_COST = {name: getattr(passwords, name) for name in ("MEMORY_COST_KIB", "TIME_COST")}


def hash_cheaply() -> None:
    """For whatever is opened in this process from now on; other processes hash as they ship."""
    passwords.MEMORY_COST_KIB, passwords.TIME_COST = 1024, 1
