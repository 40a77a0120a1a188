"""Passwords: hashed off the loop, a bounded number at a time, and never what everybody tries."""

import asyncio
import os
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from threading import Event

import asyncpg
import pytest
from argon2 import PasswordHasher

from actors import PASSWORD, Marketplace
from cheap_passwords import SHIPPED_COST
from contexts.identity.links import account_id_of
from plaza.contexts.identity import passwords as passwords_module
from plaza.contexts.identity.common_passwords import common_passwords
from plaza.contexts.identity.passwords import (
    NICENESS,
    Passwords,
    PasswordsBusy,
    WeakPassword,
)
from web.rate_limits.limited import an_address, limited_api

HASH = "SELECT password_hash FROM identity.account WHERE id = $1"
SET_HASH = "UPDATE identity.account SET password_hash = $2 WHERE id = $1"


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords(workers=1, queue_size=2)
    yield made
    made.close()


@pytest.mark.parametrize(
    "password",
    [
        *("seven77", "password1", "PASSWORD1", " football ", "1q2w3e4r", "ä" * 129),
        *("ann.lee@plaza.example", "Ann.Lee@Plaza.example", "ann.lee", "Ann Lee x"),
    ],
)
async def test_what_is_tried_first_is_no_password(passwords: Passwords, password: str) -> None:
    with pytest.raises(WeakPassword):
        await passwords.hashed(password, "ann.lee@plaza.example", "Ann Lee X")


async def test_two_forms_of_the_same_letters_are_one_password(passwords: Passwords) -> None:
    held = await passwords.hashed("cafe\u0301 noir 7")

    assert await passwords.matches("caf\u00e9 noir 7", held)
    assert not await passwords.matches("cafe noir 77", held)
    assert not await passwords.matches("caf\u00e9 noir 7", None)


async def test_a_broken_hash_opens_nothing(passwords: Passwords) -> None:
    assert not await passwords.matches("nobody's password", "no hash")
    assert not await passwords.matches("nobody's password", None)


async def test_who_comes_when_too_many_wait_is_told_to_come_back(passwords: Passwords) -> None:
    go_on = Event()
    waiting = [asyncio.create_task(passwords._in_thread(go_on.wait)) for _ in range(3)]  # noqa: SLF001
    await asyncio.sleep(0)

    with pytest.raises(PasswordsBusy) as refused:
        await passwords.hashed("a password of mine")
    with pytest.raises(PasswordsBusy):
        passwords.refuse_when_busy()
    go_on.set()
    await asyncio.gather(*waiting)
    passwords.refuse_when_busy()

    assert (refused.value.status, refused.value.retry_after_s) == (503, 1)
    assert await passwords.hashed("a password of mine")


async def test_hashing_gives_way_to_everything_else(passwords: Passwords) -> None:
    def niceness(*_: str | bytes) -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    own = niceness()
    # Elsewhere than on Linux a thread has no niceness of its own, and the process keeps its.
    given = NICENESS if sys.platform == "linux" else own
    assert await passwords._in_thread(niceness) == given  # noqa: SLF001
    assert niceness() == own < NICENESS


async def test_who_goes_away_leaves_the_place_to_others(passwords: Passwords) -> None:
    has_thread, go_on = Event(), Event()

    def stay() -> None:
        has_thread.set()
        go_on.wait()

    waiting = [asyncio.create_task(passwords._in_thread(stay)) for _ in range(3)]  # noqa: SLF001
    await asyncio.to_thread(has_thread.wait)

    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    second, third = (passwords._in_thread(go_on.wait) for _ in range(2))  # noqa: SLF001
    left = asyncio.gather(second, third)
    await asyncio.sleep(0)
    with pytest.raises(PasswordsBusy):
        # The one that had a thread still has it.
        await passwords.hashed("a password of mine")
    go_on.set()
    await left


def test_the_common_passwords_are_those_of_the_lists_and_cost_little() -> None:
    common_passwords.cache_clear()
    tracemalloc.start()
    held = common_passwords(8)
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(held) > 40_000
    assert {"password1", "football1", "qwertyuiop", "basketball", "elizabeth"} <= held
    assert min(len(word) for word in held) == 8
    assert kept < 6_000_000
    assert most < 10_000_000


async def test_a_hash_of_lesser_parameters_is_made_anew_at_log_in(
    marketplace: Marketplace, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, cost in SHIPPED_COST.items():
        monkeypatch.setattr(passwords_module, name, cost)
    shopper = await marketplace.a_shopper()
    account_id = await account_id_of(database, shopper.email)
    lesser = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    await database.execute(SET_HASH, account_id, lesser)

    forms = [
        {"email": shopper.email, "password": password}
        for password in ("wrong horse battery", PASSWORD, PASSWORD)
    ]
    async with limited_api(marketplace.settings) as api:
        client = await api.seen_from(an_address())
        answers, held = [], []
        for form in forms:
            answers.append(await client.post("/v1/sessions", json=form))
            held.append(await database.fetchval(HASH, account_id))

    assert [answer.status_code for answer in answers] == [401, 201, 201]
    assert held[0] == lesser
    assert "m=19456,t=2,p=1" in held[1]
    assert held[2] == held[1]
    assert (await shopper.get("/v1/account")).json()["version"] == 1
