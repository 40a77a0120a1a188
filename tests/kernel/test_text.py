"""Slugs, e-mails and the bounds of texts."""

import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaza.kernel.text import (
    SLUG_LENGTH_MAX,
    Country,
    Name,
    Reason,
    Slug,
    Title,
    normalized_email,
    slug_of,
)


@given(st.text())
def test_every_title_gives_a_slug_that_is_accepted_as_one(title: str) -> None:
    slug = slug_of(title)
    assert msgspec.convert(slug, Slug) == slug
    assert len(slug) <= SLUG_LENGTH_MAX
    assert slug_of(slug) == slug


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Oak chair", "oak-chair"),
        ("Gr\u00fc\u00dfe & K\u00fcsse", "grusse-kusse"),
        ("Sm\u00f8rrebr\u00f8d", "smorrebrod"),
        ("\u017b\u00f3\u0142ty", "zolty"),
        ("Z\u0307o\u0301\u0142ty", "zolty"),
        ("\u041a\u0440\u0435\u0441\u043b\u043e", "kreslo"),
        ("Children's \u201ctoy\u201d  No. 5", "childrens-toy-no-5"),
        ("\u65e5\u672c", "riben"),
        ("\u2026 \u2014 !", "item"),
        ("", "item"),
        ("x" * 59 + " y", "x" * 59),
    ],
)
def test_slugs_are_readable(title: str, slug: str) -> None:
    assert slug_of(title) == slug


@pytest.mark.parametrize("slug", ["", "-a", "a-", "a--b", "A", "a b", "a\n", "\u00e9", "x" * 81])
def test_what_is_no_slug_is_refused(slug: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(slug, Slug)


@pytest.mark.parametrize("country", ["gb", "GBR", "G", "GB\n", ""])
def test_a_country_is_exactly_two_capitals(country: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(country, Country)


# fault 74
@given(st.emails())
def test_spellings_of_one_address_compare_equal(email: str) -> None:
    normal = normalized_email(email)
    spellings = [email.upper(), f"  {email}\n", unicodedata.normalize("NFD", email), normal]
    assert {normalized_email(spelling) for spelling in spellings} == {normal}


# fault 74
def test_composed_and_decomposed_letters_are_one_address() -> None:
    assert normalized_email("Ren\u00c9@x.example") == normalized_email("rene\u0301@X.example")
    assert normalized_email("a@x.example") != normalized_email("\u0430@x.example")


@given(st.text(st.sampled_from(" \t\r\n\u00a0\u2003\u2028\u3000"), max_size=50))
def test_blanks_alone_are_no_text_that_anybody_sees(blanks: str) -> None:
    for kind in (Title, Name, Reason):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(blanks, kind)


@given(st.text(min_size=1, max_size=120).filter(lambda text: not text.isspace()))
def test_everything_else_is_taken_unchanged(text: str) -> None:
    if any(not character.isspace() for character in text):
        assert msgspec.convert(text, Title) == msgspec.convert(text, Name) == text
