"""Identifiers: UUIDv7, made by the command that creates the thing."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh id; later ids sort after earlier ones, which keeps index pages warm."""
    return uuid7()
