import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from plaza.embedded.refusal import CannotStart
from plaza.embedded.servers import temporary_folder, temporary_servers
from plaza.entrypoints.connected import check_secret, connected_settings
from plaza.entrypoints.reachable import check_servers
from plaza.settings import Settings


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with temporary_folder() as folder:
        yield folder / "data"


@pytest.fixture(scope="module")
def working() -> Iterator[Settings]:
    with temporary_servers() as servers:
        yield Settings(database_url=servers.database_url, redis_url=servers.redis_url)


def test_servers_of_ones_own_are_used_as_they_are(said: list[str], data_dir: Path) -> None:
    settings = Settings(database_url="postgresql://a/b", redis_url="redis://c", data_dir=data_dir)
    with connected_settings(settings, say=said.append) as connected:
        assert connected == (settings, None)
    assert said == []


def test_embedded_servers_fill_in_the_addresses_and_ask_for_no_verified_mail(
    said: list[str], data_dir: Path
) -> None:
    settings = Settings(data_dir=data_dir)
    with connected_settings(settings, say=said.append) as connected:
        asyncio.run(check_servers(connected.settings))
        assert not connected.settings.require_verified_email
        assert connected.settings.rate_limits_exempt_loopback
        assert said == [f"PostgreSQL and Valkey work in {data_dir}."]
        # Another command beside it uses the same servers, but may not start a second plaza.
        with connected_settings(settings, say=said.append, start=False) as beside:
            assert beside == (connected.settings, None)
        with (
            pytest.raises(CannotStart, match="in use by the plaza with process id"),
            connected_settings(settings, say=said.append, share=False),
        ):
            pytest.fail("it started")


def test_a_variable_that_is_set_counts_for_embedded_servers_too(
    monkeypatch: pytest.MonkeyPatch, said: list[str], data_dir: Path
) -> None:
    monkeypatch.setenv("PLAZA_REQUIRE_VERIFIED_EMAIL", "1")
    monkeypatch.setenv("PLAZA_RATE_LIMITS_EXEMPT_LOOPBACK", "0")
    settings = Settings(data_dir=data_dir)
    with connected_settings(settings, say=said.append) as connected:
        assert connected.settings.require_verified_email
        assert not connected.settings.rate_limits_exempt_loopback


def test_no_servers_are_a_sentence_where_none_may_be_started(
    said: list[str], data_dir: Path
) -> None:
    with (
        pytest.raises(CannotStart, match="Start it by `plaza up`"),
        connected_settings(Settings(data_dir=data_dir), say=said.append, start=False),
    ):
        pytest.fail("it went on")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"database_url": "postgresql://me:hidden@127.0.0.1:1/plaza"},
            r"PLAZA_DATABASE_URL \(postgresql://127.0.0.1:1/plaza\)",
        ),
        ({"database_url": "mysql://127.0.0.1/plaza"}, "PLAZA_DATABASE_URL .*invalid DSN"),
        ({"redis_url": "http://127.0.0.1"}, "PLAZA_REDIS_URL .*must specify one of"),
        ({"redis_url": "redis://127.0.0.1:1"}, "PLAZA_REDIS_URL .*refused|PLAZA_REDIS_URL .*111"),
    ],
)
def test_a_wrong_address_is_a_sentence_without_the_password(
    changes: dict[str, str], sentence: str, working: Settings
) -> None:
    wrong = msgspec.structs.replace(working, **changes)
    with pytest.raises(CannotStart, match=sentence) as refusal:
        asyncio.run(check_servers(wrong))
    assert "hidden" not in str(refusal.value)


def test_a_folder_that_cannot_keep_the_secret_is_named() -> None:
    with pytest.raises(CannotStart, match="cannot keep the secret key"):
        check_secret(Settings(data_dir=Path("/proc/plaza")))
