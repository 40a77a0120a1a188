"""What an API process writes while it fails: enough to find the fault, and no secret."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote
from uuid import uuid4

import asyncpg
import httpx
import msgspec

from plaza.entrypoints.supervising.processes import commands, environment
from plaza.settings import Settings
from web.refused import refused

CANARY = "canary-of-a-password"
FORGED = '\r\n\x1b[31m\r\n{"event": "forged"}'
READY_TIMEOUT_S = 20.0


@asynccontextmanager
async def api_process(settings: Settings, output: list[str]) -> AsyncIterator[httpx.AsyncClient]:
    """An API process of its own; what it writes is in `output` once it has ended."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    served = msgspec.structs.replace(settings, log_level="debug", port=port)
    process = await asyncio.create_subprocess_exec(
        *commands(served)["api"],
        env=environment(served),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await _until_it_answers(client)
            yield client
    finally:
        process.terminate()
        written, _ = await process.communicate()
        output += written.decode().splitlines()


async def _until_it_answers(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(READY_TIMEOUT_S):
        while True:
            try:
                assert (await client.get("/health/live")).status_code == 200
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return


async def execute(settings: Settings, sql: str) -> None:
    connection = await asyncpg.connect(settings.database_url)
    await connection.execute(sql)
    await connection.close()


# fault 83
async def test_failures_are_logged_without_secrets_and_a_line_each(
    fresh_settings: Settings,
) -> None:
    lines: list[str] = []
    email = f"someone-{uuid4().hex}@plaza.example"
    form = {"email": email, "password": CANARY, "name": "canary of a name"}
    log_in = {"email": email, "password": CANARY}
    async with api_process(fresh_settings, lines) as client:
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
        await execute(fresh_settings, "ALTER VIEW read.vendor_directory_v1 RENAME TO gone")
        failed.append(await client.get(f"/v1/vendors/{quote(FORGED)}"))
    written = "\n".join(lines)

    problems = [refused(answer, 500, "internal") for answer in failed]
    for problem in problems:
        assert "gone" not in json.dumps(problem)
        assert "identity" not in json.dumps(problem)
        assert written.count(problem["trace_id"]) == 1
    secrets = [CANARY, "$argon2", tokens["access_token"], tokens["refresh_token"], email]
    assert [secret for secret in [*secrets, "canary of a name"] if secret in written] == []
    assert "\x1b" not in written
    assert not any(line.startswith('{"event": "forged"') for line in lines)
    told = [json.loads(line) for line in lines if line.startswith("{")]
    assert [line["event"] for line in told if line["level"] == "error"] == ["request_failed"] * 5
