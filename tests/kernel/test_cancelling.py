import asyncio

import pytest

from plaza.kernel import cancelling
from plaza.kernel.cancelling import cancelled


async def for_ever() -> None:
    await asyncio.Event().wait()


async def test_all_are_done_when_it_returns() -> None:
    tasks = [asyncio.create_task(for_ever()) for _ in range(3)]

    await cancelled(*tasks)

    assert all(task.cancelled() for task in tasks)


async def test_who_has_ended_already_is_left_as_it_is() -> None:
    done = asyncio.create_task(asyncio.sleep(0, "its result"))
    await done

    await cancelled(done)

    assert done.result() == "its result"


async def test_a_loop_that_outlives_a_cancellation_is_cancelled_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cancelling, "AGAIN_AFTER_S", 0.01)
    outlived = 0

    async def loop() -> None:
        nonlocal outlived
        while True:
            try:
                await for_ever()
            except asyncio.CancelledError:
                # As a driver does whose connection breaks while it is given back.
                if outlived:
                    raise
                outlived += 1

    task = asyncio.create_task(loop())
    await asyncio.sleep(0)
    await asyncio.wait_for(cancelled(task), timeout=5)

    assert (task.cancelled(), outlived) == (True, 1)
