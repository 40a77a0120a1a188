"""What cannot be used is a sentence before any process starts."""

import msgspec
import pytest

from plaza.entrypoints.installation import rotate_keys, settle
from plaza.settings import InvalidSetting, Settings

OTHER_SECRET = "another secret of the tests, long enough to be one"


async def test_another_secret_than_the_databases_is_refused_until_the_keys_are_made_anew(
    fresh_settings: Settings,
) -> None:
    other = msgspec.structs.replace(fresh_settings, secret_key=OTHER_SECRET)
    await rotate_keys(fresh_settings, at_once=False)

    with pytest.raises(InvalidSetting, match="sealed under another PLAZA_SECRET_KEY"):
        await settle(other)
    await rotate_keys(other, at_once=True)

    assert await settle(other) is None


async def test_no_key_is_added_beside_those_of_another_secret(fresh_settings: Settings) -> None:
    other = msgspec.structs.replace(fresh_settings, secret_key=OTHER_SECRET)

    with pytest.raises(InvalidSetting, match="sealed under another PLAZA_SECRET_KEY"):
        await rotate_keys(other, at_once=False)

    assert await settle(fresh_settings) is None


async def test_a_sender_of_mails_that_is_none_is_refused(fresh_settings: Settings) -> None:
    garbled = msgspec.structs.replace(fresh_settings, mail_from="garbage")

    with pytest.raises(InvalidSetting, match="PLAZA_MAIL_FROM='garbage' cannot be used"):
        await settle(garbled)


@pytest.mark.parametrize(
    ("host", "storefront"),
    [
        ("127.0.0.1", "http://127.0.0.1:8010"),
        ("0.0.0.0", "http://127.0.0.1:8010"),  # noqa: S104
        ("::1", "http://[::1]:8010"),
    ],
)
def test_links_lead_to_the_api_where_there_is_no_storefront(host: str, storefront: str) -> None:
    assert Settings(host=host, port=8010).storefront() == storefront
    assert Settings(storefront_url="https://shop.example").storefront() == "https://shop.example"
