"""A token covers its command, however late followers and pushes are; see `scripts/soak tokens`."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import msgspec

from actors import Marketplace
from plaza.entrypoints.api import create_app
from plaza.entrypoints.following import following
from plaza.settings import Settings
from soaking.delays import delayed
from soaking.tokens import Ask, Heard, Plan, goods_of, paired

PLAN = Plan(pairs=240, pairs_per_s=120)
GOODS = 6
SEED = 49


async def test_no_read_with_a_token_is_older_than_its_command_under_delays(
    fresh_settings: Settings,
) -> None:
    # fault 49
    async with delayed(fresh_settings, SEED) as made:
        app = create_app(made.api)
        async with following(made.projector) as host, app.lifespan():
            marketplace = Marketplace(made.api, app, host)
            goods = await goods_of(marketplace, GOODS)

            @asynccontextmanager
            async def connect() -> AsyncIterator[Ask]:
                async with marketplace.client() as client:

                    async def ask(
                        method: str, path: str, document: object, headers: Mapping[str, str]
                    ) -> Heard:
                        body = None if document is None else msgspec.json.encode(document)
                        told = {**headers, "content-type": "application/json"} if body else headers
                        answer = await client.request(method, path, content=body, headers=told)
                        return Heard(answer.status_code, answer.headers, answer.content)

                    yield ask

            pairs = await paired(PLAN, goods, connect)
    assert (pairs.done, pairs.stale, pairs.failed) == (PLAN.pairs, 0, [])
