"""Answers of public reads in every form in which they are sent, each made once."""

import asyncio
from collections.abc import Callable
from typing import Any

from plaza.reading.entry import Entry, Variant
from plaza.web.answer_headers import protected
from plaza.web.caching import Caching
from plaza.web.conditional import etag_of
from plaza.web.encodings import Encoding, encoded

JSON = "application/json"

Headers = tuple[tuple[bytes, bytes], ...]
Attach = Callable[[Entry, str, Variant], None]


class ReadyBytes(Variant, frozen=True, kw_only=True):
    """One form of an answer.

    Attributes:
        told: the headers that the route tells itself.
        headers: all but those of a single request, of an answer with the body.
        not_modified: the same of an answer to whoever holds the body.
        is_held_as: the tag as If-None-Match most often names it.
        message: what is sent last.
    """

    told: dict[str, str]
    not_modified: Headers
    is_held_as: bytes
    message: dict[str, Any]


class ReadyForms:
    """Makes the forms of entries, off the event loop, and has them kept with the entry."""

    def __init__(self, caching: Caching, attach: Attach) -> None:
        self._caching = caching
        self._attach = attach
        self._making: dict[tuple[Entry, Encoding], asyncio.Task[ReadyBytes]] = {}

    async def of(self, entry: Entry, encoding: Encoding) -> ReadyBytes:
        """The form; who asks for it while it is made waits for the same one."""
        form = entry.variants.get(encoding)
        if isinstance(form, ReadyBytes):
            return form
        if encoding == "identity":
            return self._kept(entry, encoding, entry.body)
        # By the entry itself, since the id of one that is gone may become another one's.
        place = (entry, encoding)
        task = self._making.get(place)
        if task is None:
            task = self._making[place] = asyncio.create_task(self._make(entry, encoding))
            task.add_done_callback(lambda _: self._making.pop(place))
        # A client that goes away must not take the form away from the others.
        return await asyncio.shield(task)

    async def _make(self, entry: Entry, encoding: Encoding) -> ReadyBytes:
        body = await asyncio.to_thread(encoded, entry.body, encoding)
        return self._kept(entry, encoding, body)

    def _kept(self, entry: Entry, encoding: Encoding, body: bytes) -> ReadyBytes:
        etag = form_etag(entry.body, encoding)
        told = self._told(entry, encoding, etag)
        form = ReadyBytes(
            body=body,
            etag=etag,
            told=told,
            headers=_raw({**told, "content-type": JSON, "content-length": str(len(body))}),
            not_modified=_raw(without_body(told)),
            is_held_as=etag.encode(),
            message={"type": "http.response.body", "body": body, "more_body": False},
        )
        self._attach(entry, encoding, form)
        return form

    def _told(self, entry: Entry, encoding: Encoding, etag: str) -> dict[str, str]:
        """What the route tells of an answer itself, but for its type and length."""
        told = {"etag": etag, **self._caching.headers(entry), "vary": "accept-encoding"}
        return told if encoding == "identity" else {"content-encoding": encoding, **told}


def without_body(told: dict[str, str]) -> dict[str, str]:
    """What is told of an answer to whoever holds its body."""
    return {name: value for name, value in told.items() if name != "content-encoding"}


def form_etag(body: bytes, encoding: Encoding) -> str:
    """A tag of the form alone: who holds another one does not hold this."""
    plain = etag_of(body)
    return plain if encoding == "identity" else f'{plain[:-1]}-{encoding}"'


def _raw(told: dict[str, str]) -> Headers:
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]
    return tuple(protected(pairs))
