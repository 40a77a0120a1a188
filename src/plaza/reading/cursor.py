"""Cursors: where a page ended, signed, and good for the same question only."""

import base64
import hashlib
import hmac
from typing import Any

import msgspec

from plaza.kernel.refusals import Malformed

SIGNATURE_BYTES = 12


class InvalidCursor(Malformed):
    code = "invalid_cursor"
    title = "Not a cursor of this list"


class Cursors:
    """Writes and reads cursors."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, question: str, last: list[Any]) -> str:
        """A cursor behind the last row's sort values, for the question that was asked."""
        body = msgspec.json.encode(last)
        return base64.urlsafe_b64encode(self._signature(question, body) + body).decode()

    def read(self, question: str, cursor: str, types: type) -> Any:
        """The sort values behind which to go on.

        Args:
            question: what is asked now; the cursor must come from the same.
            cursor: as the client sent it.
            types: a tuple type of the sort values.

        Raises:
            InvalidCursor: tampered with, from another question, or of an older version of it.
        """
        try:
            raw = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
        except ValueError as error:
            raise InvalidCursor("The cursor cannot be read; begin without one.") from error
        signature, body = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(question, body)):
            message = "A cursor goes with the filters and the order that it came from."
            raise InvalidCursor(message)
        try:
            return msgspec.json.decode(body, type=types)
        except msgspec.ValidationError as error:
            raise InvalidCursor("The list has changed its order; begin without one.") from error

    def _signature(self, question: str, body: bytes) -> bytes:
        message = question.encode() + b"\n" + body
        return hmac.new(self._key, message, hashlib.sha256).digest()[:SIGNATURE_BYTES]
