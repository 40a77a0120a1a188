"""Nobody learns who has an account: not by the answer, not by the work that it takes."""

import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from actors import PASSWORD, Marketplace
from contexts.identity.links import an_address
from contexts.identity.test_accounts import seen
from plaza.contexts.identity.passwords import Passwords
from plaza.kernel.actor import Surface
from plaza.reading.pools import Connection, PrivateReads

TIMES_ASKED = 15
RATIO_MAX = 3


@dataclass
class Work:
    """What one request costs that anybody could time."""

    commands: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    hashings: list[str] = field(default_factory=list)


WORK: ContextVar[Work | None] = ContextVar("work", default=None)


def note_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    work = WORK.get()
    if work is not None:
        work.commands.append(statement)


@pytest.fixture(autouse=True)
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Count in the requests of this module only: followers work in the same process."""
    within, in_thread = PrivateReads.within, Passwords._in_thread  # noqa: SLF001

    @asynccontextmanager
    async def counted_within(reads: PrivateReads, surface: Surface) -> AsyncIterator[Connection]:
        work = WORK.get()
        async with within(reads, surface) as connection:
            if work is None:
                yield connection
            else:
                with connection.query_logger(lambda record: work.reads.append(record.query)):
                    yield connection

    async def counted_in_thread(passwords: Passwords, function: Any, *given: Any) -> Any:
        work = WORK.get()
        if work is not None:
            work.hashings.append(function.__name__)
        return await in_thread(passwords, function, *given)

    monkeypatch.setattr(PrivateReads, "within", counted_within)
    monkeypatch.setattr(Passwords, "_in_thread", counted_in_thread)
    event.listen(Engine, "before_cursor_execute", note_statement)
    yield
    event.remove(Engine, "before_cursor_execute", note_statement)


async def worked(
    marketplace: Marketplace, path: str, form: dict[str, str]
) -> tuple[httpx.Response, Work]:
    work = Work()
    token = WORK.set(work)
    try:
        return await marketplace.anybody.post(path, form), work
    finally:
        WORK.reset(token)


def form_of(path: str, email: str) -> dict[str, str]:
    """A request that tells nothing by itself: a wrong password, a name that anybody has."""
    password = {"password": "wrong horse battery"}
    forms = {
        "/v1/accounts": {**password, "name": "Ann"},
        "/v1/sessions": password,
        "/v1/password-resets": {},
        "/v1/accounts/verification-mails": {},
    }
    return {"email": email, **forms[path]}


HASHINGS = {
    "/v1/accounts": ["hash"],
    "/v1/sessions": ["_verify"],
    "/v1/password-resets": [],
    "/v1/accounts/verification-mails": [],
}


# fault 71
@pytest.mark.parametrize("path", HASHINGS)
async def test_an_unknown_address_costs_the_same_work_as_a_known_one(
    marketplace: Marketplace, path: str
) -> None:
    known = str((await marketplace.a_shopper()).email)
    # Once before, so that no statement is prepared for the first time.
    for email in (an_address(), known):
        await worked(marketplace, path, form_of(path, email))

    answers = [
        await worked(marketplace, path, form_of(path, email))
        for email in (known, an_address(), known.upper())
    ]

    (told, work), *others = [(seen(answer), work) for answer, work in answers]
    assert work.hashings == HASHINGS[path]
    assert work.commands or work.reads
    for other_told, other_work in others:
        assert other_told == told
        assert other_work == work


# fault 71
@pytest.mark.parametrize("path", HASHINGS)
async def test_an_unknown_address_takes_about_as_long_as_a_known_one(
    marketplace: Marketplace, path: str
) -> None:
    known = str((await marketplace.a_shopper()).email)
    taken_s: dict[bool, list[float]] = {True: [], False: []}

    for _ in range(TIMES_ASKED):
        for is_known in (True, False):
            form = form_of(path, known if is_known else an_address())
            started = time.perf_counter()
            await marketplace.anybody.post(path, form)
            taken_s[is_known].append(time.perf_counter() - started)

    medians = [statistics.median(taken) for taken in taken_s.values()]
    assert max(medians) < min(medians) * RATIO_MAX


async def test_the_count_sees_the_work_of_a_log_in(marketplace: Marketplace) -> None:
    known = str((await marketplace.a_shopper()).email)

    form = {"email": known, "password": PASSWORD}
    answer, work = await worked(marketplace, "/v1/sessions", form)

    assert answer.status_code == 201
    assert work.hashings == ["_verify"]
    assert any("identity.account" in statement for statement in work.reads)
    assert any("INSERT INTO identity.session" in statement for statement in work.commands)
