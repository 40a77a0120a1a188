"""Somebody who asks over a bad network, and notes what came of it."""

import asyncio
import base64
import random
import struct
import time
from secrets import token_urlsafe
from typing import Any

from bench_plaza.keep_alive import Answer, ConnectionLost
from buying_plaza.caller import UNAVAILABLE, Caller
from buying_plaza.shopper import CONFLICT, IN_PROGRESS, refusal_in

from crash_plaza.history import History, Mark, Outcome, Write

TOKEN = struct.Struct(">16sQ")
TOKEN_HEADER = "plaza-consistency"  # noqa: S105  a header's name
RETRY_S = (0.05, 0.3)
PATIENCE_S = 90.0
"""Longer than any trouble and a restart after it."""
CLIENT_ERRORS = range(400, 500)
NOT_FOUND = 404
EXPECTED = frozenset((NOT_FOUND, CONFLICT, 412, 422))
"""What commands may be refused with: what they want is not so (any more)."""


class Client:
    """One connection, one request at a time.

    Attributes:
        token: the one of the last command that was acknowledged here.
        event: the last event that it names.
        event_asked_s: when that command was asked for.
        has_repeated: whether the last command was asked for more than once.
    """

    def __init__(self, name: str, port: int, history: History, authorization: str = "") -> None:
        self.name = name
        self.history = history
        self.caller = Caller(port)
        self.token = ""
        self.event: int | None = None
        self.event_asked_s = 0.0
        self.has_repeated = False
        self._log_in = {"Authorization": authorization} if authorization else {}

    async def look(self, path: str, **headers: str) -> Answer | None:
        """Ask once; None where nobody answered, or only that it could not be answered."""
        try:
            answer = await self.caller.ask("GET", path, **self._log_in, **headers)
        except ConnectionLost:
            return None
        if answer.status == UNAVAILABLE:
            self.history.unavailable += 1
            return None
        if not answer.succeeded and answer.status != NOT_FOUND:
            self.history.surprises.append(answer.told)
            return None
        return answer

    async def command(
        self,
        method: str,
        path: str,
        body: object,
        mark: Mark,
        *,
        is_impatient: bool = False,
        is_nervous: bool = False,
        **headers: str,
    ) -> Answer | None:
        """Command it under one key until there is an answer, and note the outcome.

        Args:
            method: of HTTP.
            path: what is changed.
            body: how.
            mark: what it sets.
            is_impatient: whether to ask only once.
            is_nervous: whether to ask once more after success, which must change nothing.
            headers: further ones.

        Returns:
            None where the outcome is not known.
        """
        asked_s = time.monotonic()
        patience_s = 0.0 if is_impatient else PATIENCE_S
        headers |= {"Idempotency_Key": token_urlsafe(24)}
        answer = await self.ask_patiently(method, path, body, patience_s=patience_s, **headers)
        # Repeats under a key are told what the first was; others may meet with their own success.
        is_last_word = method == "POST" or not self.has_repeated
        self.note(mark, answer, asked_s, is_last_word=is_last_word)
        if is_nervous and answer is not None and answer.succeeded:
            again = await self.ask_patiently(method, path, body, patience_s=PATIENCE_S, **headers)
            if again is not None and (again.status, again.body) != (answer.status, answer.body):
                self.history.surprises.append(f"{again.told}, but at first {answer.told}")
        return answer

    async def ask_patiently(
        self,
        method: str,
        path: str,
        body: object,
        *,
        patience_s: float = PATIENCE_S,
        **headers: str,
    ) -> Answer | None:
        """Ask under one key until somebody says what became of it."""
        headers = {"Idempotency_Key": token_urlsafe(24), **headers}
        deadline_s = time.monotonic() + patience_s
        self.has_repeated = False
        while True:
            answer = await self._asked(method, path, body, **headers)
            if answer is not None or time.monotonic() > deadline_s:
                return answer
            self.has_repeated = True
            await asyncio.sleep(random.uniform(*RETRY_S))  # noqa: S311  not secret

    def note(
        self,
        mark: Mark,
        answer: Answer | None,
        asked_s: float,
        *,
        is_done: bool = True,
        is_last_word: bool = True,
    ) -> None:
        """Note a command's outcome.

        Args:
            mark: what it sets.
            answer: what was answered, if anything.
            asked_s: when it was asked for.
            is_done: whether success means that it is done by now.
            is_last_word: whether a refusal means that it will never be done, and was not.
        """
        outcome: Outcome = "unknown"
        event, told = None, ""
        if answer is not None and answer.succeeded:
            self.token = answer.headers.get(TOKEN_HEADER, self.token)
            self.event, self.event_asked_s = event_in(self.token), asked_s
            event = self.event
            outcome = "acknowledged" if is_done else "unknown"
        elif answer is not None and answer.status in CLIENT_ERRORS and is_last_word:
            outcome, told = "refused", answer.told
        write = Write(
            client=self.name,
            mark=mark,
            asked_s=asked_s,
            answered_s=time.monotonic(),
            outcome=outcome,
            event=event,
            told=told,
        )
        self.history.writes.append(write)

    async def _asked(self, method: str, path: str, body: Any, **headers: str) -> Answer | None:
        try:
            answer = await self.caller.ask(method, path, body, **self._log_in, **headers)
        except ConnectionLost:
            return None
        if answer.status == UNAVAILABLE:
            self.history.unavailable += 1
            return None
        if answer.status == CONFLICT and refusal_in(answer).code in IN_PROGRESS:
            return None
        if not answer.succeeded and answer.status not in EXPECTED:
            self.history.surprises.append(answer.told)
        return answer


def event_in(token: str) -> int:
    """The last event that a consistency token names; only plaza can sign one, anybody can read."""
    return int(TOKEN.unpack(base64.urlsafe_b64decode(token)[: TOKEN.size])[1])
