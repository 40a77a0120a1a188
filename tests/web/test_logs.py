"""What an API process writes while it fails: enough to find the fault, and no secret."""

import asyncio
import json
from urllib.parse import quote
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from plaza.entrypoints.supervising.processes import commands, environment
from plaza.settings import Settings
from web.api_process import api_process
from web.refused import refused

CANARY = "canary-of-a-password"
DATABASE_CANARY, MAIL_CANARY = "canary-of-the-database", "canary-of-the-mail-server"
KEY_CANARY = "plz_live_" + "canary-of-a-key".ljust(43, "0")
COOKIE = "__Host-plaza_access=canary-of-a-cookie; plaza_csrf=canary-of-another"
FORGED = '\r\n\x1b[31m\r\n{"event": "forged"}'


async def execute(settings: Settings, sql: str) -> None:
    connection = await asyncpg.connect(settings.database_url)
    await connection.execute(sql)
    await connection.close()


def with_secrets(settings: Settings) -> Settings:
    """With passwords of servers that ask for none here."""
    url = str(settings.database_url).replace("plaza_owner@", f"plaza_owner:{DATABASE_CANARY}@")
    assert DATABASE_CANARY in url
    return msgspec.structs.replace(settings, database_url=url, smtp_password=MAIL_CANARY)


# fault 83
async def test_failures_are_logged_without_secrets_and_a_line_each(
    fresh_settings: Settings,
) -> None:
    lines: list[str] = []
    settings = with_secrets(fresh_settings)
    email = f"someone-{uuid4().hex}@plaza.example"
    form = {"email": email, "password": CANARY, "name": "canary of a name"}
    log_in = {"email": email, "password": CANARY}
    async with api_process(settings, lines) as api:
        client = api.client
        assert (await client.post("/v1/accounts", json=form)).status_code == 202
        tokens = (await client.post("/v1/sessions", json=log_in)).json()
        wrong = {"email": email, "password": f"{CANARY} but wrong"}
        refused(await client.post("/v1/sessions", json=wrong), 401, "wrong_credentials")
        bearer = {"authorization": f"Bearer {tokens['access_token']}"}

        await execute(fresh_settings, "ALTER TABLE identity.session RENAME TO gone")
        agent = repr(FORGED)
        failed = [
            await client.post("/v1/sessions", json=log_in, headers={"user-agent": agent}),
            await client.post(
                "/v1/sessions/refresh", json={"refresh_token": tokens["refresh_token"]}
            ),
        ]
        await execute(fresh_settings, "ALTER TABLE identity.account RENAME TO gone_too")
        failed += [
            await client.post("/v1/accounts", json=form | {"email": f"x-{email}"}),
            await client.get("/v1/account", headers=bearer),
        ]
        unknown = {"authorization": f"Bearer {KEY_CANARY}", "cookie": COOKIE}
        assert (await client.get("/v1/account", headers=unknown)).status_code >= 400
        assert (await client.get("/v1/account", headers={"cookie": COOKIE})).status_code >= 400
        await execute(fresh_settings, "ALTER VIEW read.product_listing_category_v2 RENAME TO gone")
        failed.append(await client.get(f"/v1/products?category={quote(FORGED)}"))
    written = "\n".join(lines)

    problems = [refused(answer, 500, "internal") for answer in failed]
    for problem in problems:
        assert "gone" not in json.dumps(problem)
        assert "identity" not in json.dumps(problem)
        assert written.count(problem["trace_id"]) == 1
    secrets = [CANARY, "$argon2", tokens["access_token"], tokens["refresh_token"], email]
    secrets += [DATABASE_CANARY, MAIL_CANARY, KEY_CANARY, "canary-of-a-cookie", "canary-of-another"]
    secrets += [str(settings.secret_key)]
    assert [secret for secret in [*secrets, "canary of a name"] if secret in written] == []
    assert "\x1b" not in written
    assert not any(line.startswith('{"event": "forged"') for line in lines)
    told = [json.loads(line) for line in lines if line.startswith("{")]
    assert [line["event"] for line in told if line["level"] == "error"] == ["request_failed"] * 5


# fault 83
@pytest.mark.parametrize("password", [DATABASE_CANARY, f"p@ss/{DATABASE_CANARY}"])
async def test_a_process_that_cannot_start_tells_why_and_no_secret(
    settings: Settings, password: str
) -> None:
    away = msgspec.structs.replace(
        settings,
        database_url=f"postgresql://plaza_owner:{password}@127.0.0.1:1/plaza",
        redis_url=f"redis://:{MAIL_CANARY}@127.0.0.1:1/0",
    )
    command = [part for part in commands(away)["api"] if part != "--respawn-failed-workers"]
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment(away),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(20):
        written = (await process.communicate())[0].decode()
    assert "anew_each_epoch" in written
    assert [canary for canary in (DATABASE_CANARY, MAIL_CANARY) if canary in written] == []
