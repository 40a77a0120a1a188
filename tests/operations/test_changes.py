"""What a CDN is told to let go of."""

import asyncio
import sys

import asyncpg
import msgspec
import pytest

from actors import open_marketplace
from plaza.bootstrap import PROJECTIONS
from plaza.entrypoints.cli import main
from plaza.operations.changes import KEPT_DAYS, Changes, changes_since
from plaza.operations.upkeep import forget_keys
from plaza.outbox.channels import everything
from plaza.settings import Settings

TAGGED = [projection.name for projection in PROJECTIONS if projection.is_tagged]
TIMEOUT_S = 10.0


async def changed(settings: Settings, since: int, tag: str) -> Changes:
    """What has changed, once the tag is among it."""
    async with asyncio.timeout(TIMEOUT_S):
        while True:
            changes = await changes_since(settings, since, TAGGED)
            if tag in changes.tags:
                return changes
            await asyncio.sleep(0.05)


@pytest.fixture
def noting(fresh_settings: Settings) -> Settings:
    return msgspec.structs.replace(fresh_settings, cdn_tag_header="surrogate-key")


async def test_each_change_is_told_once_to_who_goes_on_from_what_was_told(
    noting: Settings,
) -> None:
    async with open_marketplace(noting) as marketplace:
        vendor = await marketplace.a_vendor()
        first = await vendor.lists_product()
        told = await changed(noting, 0, f"product_page:id:{first['id']}")
        second = await vendor.lists_product()
        tag = f"product_page:id:{second['id']}"
        further = await changed(noting, told.position, tag)

    assert f"product_listing:vendor:{vendor.id}" in told.tags
    assert "product_listing:any" in further.tags
    assert f"product_page:id:{first['id']}" not in further.tags
    assert further.position > told.position
    # After a crash in between the same is told again; nothing is marked as told here.
    assert tag in (await changes_since(noting, told.position, TAGGED)).tags


async def test_what_was_forgotten_is_told_as_everything(noting: Settings) -> None:
    async with open_marketplace(noting) as marketplace:
        vendor = await marketplace.a_vendor()
        product = await vendor.lists_product()
        told = await changed(noting, 0, f"product_page:id:{product['id']}")
    connection = await asyncpg.connect(noting.database_url)
    age = f"interval '{KEPT_DAYS + 1} days'"
    for table in ("outbox.event", "projecting.changed"):
        await connection.execute(f"UPDATE {table} SET created_at = created_at - {age}")
    await forget_keys(noting)
    held = await connection.fetchval("SELECT count(*) FROM projecting.changed")
    await connection.close()

    assert held == 0
    assert (await changes_since(noting, 0, TAGGED)).tags == sorted(map(everything, TAGGED))
    assert (await changes_since(noting, told.position, TAGGED)).position >= told.position


def test_where_nothing_was_noted_the_command_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLAZA_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("PLAZA_REDIS_URL", str(settings.redis_url))
    monkeypatch.setattr(sys, "argv", ["plaza", "cdn", "changed", "--since", "0"])
    with pytest.raises(SystemExit):
        main()
    assert "PLAZA_CDN_TAG_HEADER" in capsys.readouterr().err
