import base64
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaza.reading.cursor import Cursors, InvalidCursor

CURSORS = Cursors(b"a key")
PLACE: type = tuple[int, UUID]


def test_a_cursor_gives_back_where_the_page_ended() -> None:
    place = [datetime(2026, 11, 21, tzinfo=UTC), uuid4()]
    cursor = CURSORS.write("newest", place)
    assert CURSORS.read("newest", cursor, tuple[datetime, UUID]) == tuple(place)


def test_a_cursor_of_another_question_is_refused() -> None:
    cursor = CURSORS.write("price_asc", [1, uuid4()])
    with pytest.raises(InvalidCursor):
        CURSORS.read("price_desc", cursor, PLACE)


def test_a_cursor_signed_with_another_key_is_refused() -> None:
    cursor = Cursors(b"another key").write("price_asc", [1, uuid4()])
    with pytest.raises(InvalidCursor):
        CURSORS.read("price_asc", cursor, PLACE)


def test_a_cursor_of_an_older_order_is_refused() -> None:
    cursor = CURSORS.write("price_asc", ["Oak chair"])
    with pytest.raises(InvalidCursor):
        CURSORS.read("price_asc", cursor, PLACE)


def test_a_cursor_that_differs_in_any_bit_is_refused() -> None:
    raw = base64.urlsafe_b64decode(CURSORS.write("price_asc", [7, UUID(int=7)]))
    for bit in range(8 * len(raw)):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(InvalidCursor):
            CURSORS.read("price_asc", base64.urlsafe_b64encode(flipped).decode(), PLACE)


@given(cursor=st.text(max_size=80) | st.binary(max_size=80).map(base64.urlsafe_b64encode))
def test_what_is_no_cursor_is_refused_whatever_it_is(cursor: Any) -> None:
    text = cursor.decode() if isinstance(cursor, bytes) else cursor
    with pytest.raises(InvalidCursor):
        CURSORS.read("price_asc", text, PLACE)
