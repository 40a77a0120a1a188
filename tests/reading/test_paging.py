from uuid import UUID, uuid4

import pytest

from plaza.reading.cursor import Cursors, InvalidCursor
from plaza.reading.paging import Paging

CURSORS = Cursors(b"a key of the tests")


def test_a_page_that_is_not_full_has_none_behind_it() -> None:
    paging = Paging(CURSORS, 3, None)

    assert paging.behind("things", tuple[UUID, int]) == (None, None)
    assert paging.rows == 4
    assert paging.cut("things", [1, 2, 3], lambda last: [last]) == ([1, 2, 3], None)


def test_the_cursor_stands_behind_the_last_item_that_is_shown() -> None:
    first, second = uuid4(), uuid4()

    shown, cursor = Paging(CURSORS, 1, None).cut("things", [first, second], lambda last: [last])

    assert shown == [first]
    assert Paging(CURSORS, 1, cursor).behind("things", tuple[UUID]) == (first,)
    with pytest.raises(InvalidCursor):
        Paging(CURSORS, 1, cursor).behind("other things", tuple[UUID])
