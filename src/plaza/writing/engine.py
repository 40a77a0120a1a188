"""Opens what a process needs to run commands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from advanced_alchemy.config import EngineConfig, SQLAlchemyAsyncConfig
from advanced_alchemy.config.asyncio import AsyncSessionConfig
from redis.asyncio import Redis

from plaza.kernel.keys import derived_key
from plaza.outbox.channels import Channels
from plaza.outbox.epoch import current_epoch
from plaza.outbox.keyed_plans import KEYED_PLANS
from plaza.outbox.redis_connections import telling
from plaza.outbox.token import ConsistencyTokens
from plaza.outbox.vanished_peers import NOTICING_PEERS
from plaza.settings import InvalidSetting, Settings
from plaza.writing.admission import Admission
from plaza.writing.announcer import Announcer
from plaza.writing.failures import Constraints
from plaza.writing.runner import CommandRunner

POOL_TIMEOUT_S = 30
REDIS_TIMEOUT_S = 1.0

SERVER_SETTINGS = {
    "role": "plaza_app",
    "lock_timeout": "2s",
    "statement_timeout": "10s",
    **NOTICING_PEERS,
    **KEYED_PLANS,
}


class NotMigrated(InvalidSetting):
    """The database has not been brought up to this version."""


async def epoch_tokens(settings: Settings) -> ConsistencyTokens:
    """The tokens of the log's present epoch.

    Raises:
        NotMigrated: the database knows no log yet.
    """
    connection = await asyncpg.connect(settings.database_url)
    try:
        epoch_id = await current_epoch(connection)
    except asyncpg.UndefinedTableError as error:
        raise NotMigrated("The database has no plaza tables: run `plaza migrate`.") from error
    finally:
        await connection.close()
    if epoch_id is None:
        raise NotMigrated("The log has no epoch yet: run `plaza migrate`.")
    return ConsistencyTokens(derived_key(settings.secret(), "consistency-token"), epoch_id)


def open_redis(settings: Settings, socket_timeout_s: float | None = REDIS_TIMEOUT_S) -> Redis:
    """A client; who waits in Redis for as long as it takes passes None as the timeout."""
    if settings.redis_url is None:
        raise InvalidSetting("PLAZA_REDIS_URL is not set; `plaza up` sets it for its processes.")
    client: Redis = Redis.from_url(
        settings.redis_url,
        socket_timeout=socket_timeout_s,
        socket_connect_timeout=REDIS_TIMEOUT_S,
        protocol=2,
    )
    return telling(client)


def database_config(settings: Settings, application_name: str) -> SQLAlchemyAsyncConfig:
    """The write side's engine; commits are the runner's."""
    if settings.database_url is None:
        message = "PLAZA_DATABASE_URL is not set; `plaza up` sets it for its processes."
        raise InvalidSetting(message)
    url = settings.database_url.replace("postgresql://", "postgresql+asyncpg://", 1)
    server_settings = {
        **SERVER_SETTINGS,
        "application_name": application_name,
        # SQL reads it from here, where another lookup would cost too much.
        "plaza.low_stock_at": str(settings.low_stock_at),
    }
    return SQLAlchemyAsyncConfig(
        connection_string=url,
        # Rows have no timestamps of its own to touch, and no files.
        enable_touch_updated_timestamp_listener=False,
        enable_file_object_listener=False,
        session_config=AsyncSessionConfig(
            expire_on_commit=False,
            autoflush=False,
            # Nothing is cached; unless told so, the library makes an engine at each commit to ask.
            info={"enable_cache_listener": False},
        ),
        engine_config=EngineConfig(
            pool_size=settings.command_pool_size,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT_S,
            connect_args={"server_settings": server_settings},
            # Errors are logged, and must not show addresses and hashes.
            hide_parameters=True,
        ),
    )


@asynccontextmanager
async def open_command_runner(
    settings: Settings, constraints: Constraints, application_name: str = "plaza commands"
) -> AsyncIterator[CommandRunner]:
    """A runner with connections of its own."""
    config = database_config(settings, application_name)
    tokens = await epoch_tokens(settings)
    redis = open_redis(settings)
    admission = Admission(
        settings.command_pool_size, settings.admission_queue_size, settings.admission_timeout_s
    )
    announcer = Announcer(redis, Channels(tokens.epoch_id))
    try:
        yield CommandRunner(
            config.create_session_maker(), admission, tokens, announcer, constraints
        )
    finally:
        await redis.aclose()
        await config.get_engine().dispose()
