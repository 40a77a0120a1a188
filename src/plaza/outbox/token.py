"""Consistency tokens: which events a reader must be shown."""

import base64
import hashlib
import hmac
import struct
from uuid import UUID

from plaza.kernel.refusals import Malformed

LAYOUT = struct.Struct(">16sQ")
SIGNATURE_BYTES = 16


class InvalidConsistencyToken(Malformed):
    code = "invalid_consistency_token"
    title = "Not a consistency token of this marketplace"


class ConsistencyTokens:
    """Issues and reads the signed tokens of one epoch of the log.

    A token names the last event of a command: its position is the highest of them all.
    """

    def __init__(self, key: bytes, epoch_id: UUID) -> None:
        self._key = key
        self.epoch_id = epoch_id

    def issue(self, last_event: int) -> str:
        body = LAYOUT.pack(self.epoch_id.bytes, last_event)
        return base64.urlsafe_b64encode(body + self._signature(body)).decode()

    def event_in(self, token: str) -> int:
        """The id of the last event that the token's bearer must be shown.

        Raises:
            InvalidConsistencyToken: forged, or of another epoch of the log.
        """
        try:
            raw = base64.urlsafe_b64decode(token.encode("ascii"))
        except ValueError as error:
            raise InvalidConsistencyToken("The token cannot be read.") from error
        body, signature = raw[: LAYOUT.size], raw[LAYOUT.size :]
        if len(body) != LAYOUT.size or not hmac.compare_digest(signature, self._signature(body)):
            raise InvalidConsistencyToken("The token was not issued here.")
        epoch, last_event = LAYOUT.unpack(body)
        self.check_epoch(UUID(bytes=epoch))
        return int(last_event)

    def check_epoch(self, epoch_id: UUID) -> None:
        """Whether a token's epoch, or the log's own, is the one that tokens are of here.

        Raises:
            InvalidConsistencyToken: it is not.
        """
        if epoch_id != self.epoch_id:
            raise InvalidConsistencyToken("The token is older than the marketplace's last restore.")

    def _signature(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()[:SIGNATURE_BYTES]
