import asyncio
from pathlib import Path

import httpx
import pytest

from plaza.entrypoints.mailing import mail_folder
from plaza.entrypoints.supervising.welcome import LogIn, base_url, welcome
from plaza.settings import Settings

URL = "http://127.0.0.1:8000"


def _lines(
    items: list[dict[str, str]],
    log_ins: list[LogIn],
    mails: Path | None = None,
    sandbox_url: str | None = None,
) -> list[str]:
    async def ask() -> list[str]:
        answer = httpx.MockTransport(lambda _: httpx.Response(200, json={"items": items}))
        async with httpx.AsyncClient(transport=answer, base_url=URL) as client:
            return await welcome(client, URL, log_ins, mails, sandbox_url)

    return asyncio.run(ask())


def test_three_commands_are_shown_that_work_as_typed() -> None:
    log_ins = [
        ("operator", "operator@plaza.example", "secret"),
        ("a vendor's owner", "blue@plaza.example", "it's"),
    ]
    quoted_body = """'{"email": "blue@plaza.example", "password": "it'"'"'s"}'"""
    commands = [line.strip() for line in _lines([{"slug": "white-mug"}], log_ins) if "curl" in line]
    assert commands == [
        f"curl -s '{URL}/v1/products?limit=3'",
        f"curl -s {URL}/v1/products/white-mug",
        f"curl -s {URL}/v1/sessions -H 'Content-Type: application/json' -d {quoted_body}",
    ]


def test_an_empty_marketplace_shows_what_works_there() -> None:
    commands = [line.strip() for line in _lines([], []) if "curl" in line]
    assert commands == [f"curl -s '{URL}/v1/products?limit=3'"]


def test_where_mails_are_put_is_said_unless_a_server_takes_them(tmp_path: Path) -> None:
    folder = mail_folder(Settings(data_dir=tmp_path))
    (told,) = (line for line in _lines([], [], folder) if "Mails" in line)
    assert str(tmp_path / "mail") in told
    assert not any("Mails" in line for line in _lines([], []))


def test_how_play_money_pays_is_said_where_it_is_taken() -> None:
    told = "\n".join(_lines([], [], sandbox_url="http://127.0.0.1:9000"))
    assert '"payment": {"provider": "sandbox", "token": "tok_approve"}' in told
    assert "http://127.0.0.1:9000/charges" in told
    assert "sandbox" not in "\n".join(_lines([], []))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104  compared
        ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"),
        ("plaza.example", "http://plaza.example:8000"),
    ],
)
def test_the_address_is_one_that_this_machine_reaches(host: str, url: str) -> None:
    assert base_url(Settings(host=host)) == url
