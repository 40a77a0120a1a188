"""The sandbox as a process of its own: what it keeps when it is killed, and where it refuses."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
import pytest

from plaza.entrypoints.sandbox.server import create_sandbox
from plaza.entrypoints.supervising.processes import commands, environment
from plaza.settings import InvalidSetting, Settings
from sandbox_server import SECRET, sandbox_settings

READY_TIMEOUT_S = 20.0
CHARGES = 40


@contextmanager
def a_process(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """As `plaza up` starts it."""
    command = commands(settings)["sandbox"]
    with subprocess.Popen(command, env=environment(settings)) as process:
        try:
            _until_it_answers(settings, process)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)


def _until_it_answers(settings: Settings, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            httpx.get(f"{settings.sandbox_url}/health").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.02)
        else:
            return
    pytest.fail("the sandbox does not answer")


def a_charge(order_number: str) -> dict[str, Any]:
    return {
        "amount_minor": 4900,
        "currency": "GBP",
        "token": "tok_approve",
        "captures": True,
        "order_number": order_number,
    }


# fault 57
def test_every_charge_that_was_answered_outlives_a_kill(tmp_path: Path) -> None:
    settings = sandbox_settings(tmp_path)
    keys = [str(uuid4()) for _ in range(CHARGES)]
    with (
        a_process(settings) as process,
        httpx.Client(base_url=settings.sandbox_url or "") as client,
    ):
        for key in keys:
            client.put(f"/authorizations/{key}", json=a_charge(key)).raise_for_status()
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children()]
        for member in family:
            member.kill()
        psutil.wait_procs(family)

    with a_process(settings), httpx.Client(base_url=settings.sandbox_url or "") as client:
        for key in keys:
            client.put(f"/authorizations/{key}", json=a_charge(key)).raise_for_status()
        kept = client.get("/charges").json()["charges"]
    assert sorted(charge["key"] for charge in kept) == sorted(keys)
    assert sum(charge["captured_minor"] for charge in kept) == 4900 * CHARGES


def test_it_is_no_part_of_a_marketplace_that_sells() -> None:
    sells = Settings(database_url="postgresql://db.example/plaza", secret_key=SECRET)
    assert "sandbox" not in commands(sells)
    with pytest.raises(InvalidSetting, match="does not start beside a marketplace that sells"):
        create_sandbox(sells)


def test_it_refuses_to_listen_to_other_machines() -> None:
    elsewhere = Settings(secret_key=SECRET, sandbox_url="http://0.0.0.0:9000")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not on this machine"):
        create_sandbox(elsewhere)


def test_it_describes_itself(tmp_path: Path) -> None:
    described = create_sandbox(sandbox_settings(tmp_path)).openapi_schema.to_schema()
    assert {"/authorizations/{key}", "/charges", "/behaviour"} <= set(described["paths"])
    assert (
        "tok_timeout_after_charge"
        in described["paths"]["/authorizations/{key}"]["put"]["description"]
    )
