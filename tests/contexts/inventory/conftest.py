"""A vendor's goods, for tests that need no HTTP."""

import asyncpg
import pytest

from contexts.inventory.stockroom import Stockroom
from plaza.kernel.ids import new_id
from plaza.writing.runner import CommandRunner


@pytest.fixture
def stockroom(runner: CommandRunner, database: asyncpg.Connection) -> Stockroom:
    return Stockroom(runner, database, new_id())
