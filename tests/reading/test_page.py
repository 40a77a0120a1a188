import msgspec

from plaza.reading.page import page_json


def test_items_are_spliced_without_being_read() -> None:
    page = page_json(['{"n": 1}', '{"n":2}'], "next", total="2")
    assert page == b'{"items":[{"n": 1},{"n":2}],"next_cursor":"next","total":2}'


def test_the_last_page_says_that_it_is_the_last() -> None:
    assert msgspec.json.decode(page_json([], None)) == {"items": [], "next_cursor": None}
