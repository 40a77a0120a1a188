"""Which payment providers are offered, by the settings."""

from uuid import uuid4

import msgspec
import pytest

from plaza.adapters.payment_providers import open_providers
from plaza.contexts.payments.provider import NeverHeardOf
from plaza.settings import InvalidSetting, Settings


async def test_play_money_is_not_offered_where_nobody_asks_for_it(settings: Settings) -> None:
    sells = msgspec.structs.replace(settings, sandbox_url=None)
    async with open_providers(sells) as providers:
        assert set(providers) == {"manual"}
    async with open_providers(settings) as providers:
        assert set(providers) == {"manual", "sandbox"}
        assert {name: provider.name for name, provider in providers.items()} == {
            "manual": "manual",
            "sandbox": "sandbox",
        }


async def test_bank_transfers_can_be_turned_off(settings: Settings) -> None:
    without = msgspec.structs.replace(settings, sandbox_url=None, manual_payments=False)
    async with open_providers(without) as providers:
        assert providers == {}


async def test_a_transfer_is_looked_up_in_the_database(settings: Settings) -> None:
    async with open_providers(settings) as providers:
        assert await providers["manual"].find(uuid4(), closes=False) == NeverHeardOf()


async def test_without_a_database_there_are_no_transfers() -> None:
    with pytest.raises(InvalidSetting, match="PLAZA_DATABASE_URL is not set"):
        async with open_providers(Settings()):
            pytest.fail("it was opened")
