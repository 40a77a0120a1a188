import re
from xml.etree import ElementTree as ET

import pytest

from plaza.operations.demo.categories import LEAF_NAMES
from plaza.operations.demo.pictures import (
    VARIATIONS,
    UnknownPicture,
    picture_of,
    picture_urls,
    render_picture,
)

EVERY_PICTURE = [(leaf, number) for leaf in LEAF_NAMES for number in range(1, VARIATIONS + 1)]


def test_every_picture_is_small_whole_and_self_contained() -> None:
    for leaf, number in EVERY_PICTURE:
        picture = render_picture(leaf, number)
        assert len(picture) < 3000
        assert ET.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314  ours
        assert not re.search(rb"href|<script|<style|@import|url\((?!#)", picture)
        assert b"{" not in picture


def test_no_two_pictures_are_the_same() -> None:
    assert len({render_picture(*one) for one in EVERY_PICTURE}) == len(EVERY_PICTURE)


def test_a_picture_is_drawn_the_same_every_time() -> None:
    assert render_picture("easter", 2) == render_picture("easter", 2)


def test_a_title_cannot_break_out_of_the_picture() -> None:
    assert "<title>&lt;/title&gt; &amp; &quot;</title>" in picture_of("easter", '</title> & "')


@pytest.mark.parametrize(
    ("leaf", "number"),
    [("no-such-thing", 1), ("easter", 0), ("easter", VARIATIONS + 1), ("easter", -1), ("", 1)],
)
def test_an_unknown_picture_is_refused(leaf: str, number: int) -> None:
    with pytest.raises(UnknownPicture):
        render_picture(leaf, number)


def test_an_article_has_two_different_pictures_that_exist() -> None:
    for sku in ("10002", "85123A", "90214Z"):
        urls = picture_urls("easter", sku)
        assert len(set(urls)) == 2
        for url in urls:
            found = re.fullmatch(r"/media/demo/(easter)/(\d)\.svg", url)
            assert found
            assert render_picture(found[1], int(found[2]))


def test_a_listing_does_not_look_uniform() -> None:
    shown = {picture_urls("easter", str(number))[0] for number in range(100)}
    assert len(shown) == VARIATIONS
