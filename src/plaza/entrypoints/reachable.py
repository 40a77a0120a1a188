import asyncio
from urllib.parse import urlsplit

import asyncpg
import redis.asyncio
from redis.exceptions import RedisError

from plaza.embedded.refusal import CannotStart
from plaza.operations.revisions import check_migrated
from plaza.settings import Settings

TIMEOUT_S = 5.0


async def check_servers(settings: Settings) -> None:
    """Try both servers, so that a wrong address is a sentence before anything starts.

    Raises:
        CannotStart: one does not answer; the message names the setting.
    """
    assert settings.database_url is not None
    assert settings.redis_url is not None
    async with asyncio.TaskGroup() as tasks:
        problems = [
            tasks.create_task(_database_problem(settings.database_url)),
            tasks.create_task(_redis_problem(settings.redis_url)),
        ]
    for problem in problems:
        sentence = problem.result()
        if sentence is not None:
            raise CannotStart(sentence)


async def check_installation(settings: Settings) -> None:
    """Be sure that both servers answer, and that the database is of this version.

    Raises:
        CannotStart: one does not answer.
        NotMigrated: `plaza migrate` of this version has not been run.
    """
    await check_servers(settings)
    await check_migrated(settings)


async def _database_problem(url: str) -> str | None:
    try:
        connection = await asyncpg.connect(url, timeout=TIMEOUT_S)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as e:
        return _sentence("PLAZA_DATABASE_URL", url, e)
    await connection.close()
    return None


async def _redis_problem(url: str) -> str | None:
    try:
        client = redis.asyncio.from_url(
            url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
        )
        async with client:
            await client.get("plaza")
    except (OSError, ValueError, RedisError) as e:
        return _sentence("PLAZA_REDIS_URL", url, e)
    return None


def _sentence(variable: str, url: str, error: Exception) -> str:
    parts = urlsplit(url)
    # The address without its password: the sentence may end up in a log.
    shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    said = str(error) or type(error).__name__
    return f"{variable} ({shown}) does not lead to a server that takes us in: {said}"
