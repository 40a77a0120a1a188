"""What a newcomer reads when plaza is ready."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path

import httpx

from plaza.settings import Settings

OPERATOR = "operator"
LogIn = tuple[str, str, str]
"""Whose it is, e-mail, password."""
EVERY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  compared


def base_url(settings: Settings) -> str:
    """Where this machine reaches the API."""
    host = settings.host
    shown = EVERY_ADDRESS.get(host) or (f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{settings.port}"


async def welcome(
    client: httpx.AsyncClient,
    url: str,
    log_ins: Sequence[LogIn],
    mails: Path | None = None,
    sandbox_url: str | None = None,
) -> list[str]:
    """The lines to print: log-ins, commands to try, where mails are put, how play money pays."""
    lines = [""]
    if log_ins:
        width = max(len(email) for _, email, _ in log_ins)
        lines += ["Log-ins (e-mail, password):"]
        lines += [f"  {email:<{width}}  {password}   {who}" for who, email, password in log_ins]
        lines += [""]
    lines += [
        f"Try (all operations: {url}/schema):",
        f"  curl -s {shlex.quote(f'{url}/v1/products?limit=3')}",
    ]
    slug = await _first_slug(client)
    if slug is not None:
        lines += [f"  curl -s {shlex.quote(f'{url}/v1/products/{slug}')}"]
    if log_ins:
        lines += [f"  {_log_in_command(url, log_ins)}"]
    if mails is not None:
        lines += ["", f"Mails are put into {mails}; PLAZA_SMTP_HOST has them sent."]
    if sandbox_url is not None:
        lines += ["", *_play_money(sandbox_url)]
    return [*lines, "", "Ctrl-C stops everything."]


def _play_money(sandbox_url: str) -> list[str]:
    payment = json.dumps({"provider": "sandbox", "token": "tok_approve"})
    return [
        f'Carts are paid with play money by "payment": {payment};',
        f"other tokens are tok_decline and tok_action_required. {sandbox_url}/charges shows all.",
    ]


async def _first_slug(client: httpx.AsyncClient) -> str | None:
    response = await client.get("/v1/products", params={"limit": 1})
    items = response.raise_for_status().json()["items"]
    return str(items[0]["slug"]) if items else None


def _log_in_command(url: str, log_ins: Sequence[LogIn]) -> str:
    # A vendor's log-in shows most.
    _, email, password = next((one for one in log_ins if one[0] != OPERATOR), log_ins[0])
    body = json.dumps({"email": email, "password": password})
    header = "-H 'Content-Type: application/json'"
    return f"curl -s {url}/v1/sessions {header} -d {shlex.quote(body)}"
