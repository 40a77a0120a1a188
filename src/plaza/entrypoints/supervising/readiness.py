import asyncio
import math
import time
from collections.abc import Sequence

import httpx

from plaza.embedded.refusal import CannotStart
from plaza.entrypoints.supervising.kept_running import KeptRunning

TIMEOUT_S = 120.0
POLL_INTERVAL_S = 0.05
ENDED_COUNT_MAX = 3


async def wait_until_ready(
    client: httpx.AsyncClient, processes: Sequence[KeptRunning], *, is_patient: bool = False
) -> None:
    """Wait for `/health/ready` to answer 200.

    Raises:
        CannotStart: it took too long, or a process does not stay.
    """
    deadline = math.inf if is_patient else time.monotonic() + TIMEOUT_S
    answer = "no answer"
    while answer != "200":
        _check_that_they_stay(processes)
        if time.monotonic() > deadline:
            message = f"plaza was not ready after {TIMEOUT_S:.0f} s: /health/ready says {answer}."
            raise CannotStart(message)
        await asyncio.sleep(POLL_INTERVAL_S)
        answer = await _answer(client)


async def _answer(client: httpx.AsyncClient) -> str:
    try:
        response = await client.get("/health/ready")
    except httpx.TransportError as error:
        return f"nothing ({type(error).__name__})"
    return "200" if response.is_success else f"{response.status_code} {response.text}"


def _check_that_they_stay(processes: Sequence[KeptRunning]) -> None:
    for process in processes:
        if process.ended_count >= ENDED_COUNT_MAX:
            message = (
                f"The {process.name} ended {process.ended_count} times before plaza was ready; "
                "its lines above say why."
            )
            raise CannotStart(message)
