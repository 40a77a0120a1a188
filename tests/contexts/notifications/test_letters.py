import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from plaza.contexts.notifications.letter import Letter, LetterPart
from plaza.contexts.notifications.letters import TEMPLATES, Letters, one_line
from plaza.contexts.notifications.mail import Kind

UNTIL = datetime(2026, 12, 1, 9, 5, tzinfo=UTC)
WORDS: dict[str, dict[str, Any]] = {
    "verify_email": {"path": "/verify-email?token=abc", "until": UNTIL},
    "already_registered": {},
    "reset_password": {"path": "/reset-password?token=abc", "until": UNTIL, "name": "Ada"},
    "password_changed": {"name": "Ada"},
    "account_erased": {},
    "invitation": {
        "path": "/invitations?token=abc",
        "until": UNTIL,
        "vendor": "Oak & Sons",
        "role": "manager",
        "inviter": "Ada",
    },
    "order_placed": {
        "path": "/orders/1?secret=abc",
        "number": "K7Q2-9XMF",
        "total": "£148.00",
        "name": "Ada",
        "parts": [
            LetterPart(heading="K7Q2-9XMF-1 Oak", lines=["2 x Chair: £98.00"], total="£98.00"),
            LetterPart(heading="K7Q2-9XMF-2 Elm", lines=["1 x Table: £50.00"], total="£50.00"),
        ],
    },
    "order_canceled": {"path": "/orders/1?secret=abc", "number": "K7Q2-9XMF", "name": "Ada"},
    "order_failed": {"path": "/orders/1?secret=abc", "number": "K7Q2-9XMF", "name": "Ada"},
    "vendor_order_placed": {
        "until": UNTIL,
        "number": "K7Q2-9XMF-1",
        "vendor": "Oak & Sons",
        "parts": [LetterPart(heading="K7Q2-9XMF-1", lines=["2 x Chair: £98.00"], total="£98.00")],
    },
}
NAMED = [(kind, name) for kind in WORDS for name in sorted(WORDS[kind].keys() - {"path"})]
NASTY = (
    "<script>alert(1)</script>\"'>{{ 7 * 7 }}\r\nBcc: eve@plaza.example\n\n\u202eelgoog\u2028end"
)


class Seen(HTMLParser):
    """The tags, links and words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str] = set()
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}

    def handle_data(self, data: str) -> None:
        self.words += data


def written(kind: str, **changes: Any) -> Letter:
    letters = Letters("Plaza & Co", "https://plaza.example/shop/")
    return letters.write(kind, "ada@plaza.example", **(WORDS[kind] | changes))


def shown_of(kind: str) -> list[str]:
    """What the reader of a letter has to see."""
    words = dict(WORDS[kind])
    parts = words.pop("parts", [])
    if "until" in words:
        words["until"] = "01 December 2026 at 09:05 UTC"
    listed = [word for part in parts for word in (part.heading, *part.lines, part.total)]
    return [*words.values(), *listed]


def test_every_kind_of_mail_is_tried() -> None:
    assert WORDS.keys() == set(get_args(Kind))
    parts = {f"{kind}.{form}.j2" for kind in WORDS for form in ("txt", "html")}
    shared = {"letter.html.j2", "signature.txt.j2", "parts.txt.j2", "parts.html.j2"}
    assert {file.name for file in TEMPLATES.iterdir()} == parts | shared


@pytest.mark.parametrize("kind", WORDS)
def test_both_forms_say_who_writes_what_to_do_and_until_when(kind: str) -> None:
    letter = written(kind)
    page = Seen(letter.html)

    assert letter.recipient == "ada@plaza.example"
    if kind != "vendor_order_placed":
        assert "Plaza & Co" in letter.subject
    for form in (letter.text, page.words):
        assert "Plaza & Co" in form
        assert re.search(r"Was it not you\?|Do you not know them\?|Is it not for you\?", form)
        assert "{{" not in form
        for word in shown_of(kind):
            assert word in form
    assert page.tags.isdisjoint({"script", "img", "link", "iframe", "style", "form"})
    assert max(len(line) for line in letter.text.splitlines()) <= 85
    assert max(len(line) for line in letter.html.splitlines()) < 998


@pytest.mark.parametrize("kind", WORDS)
def test_links_lead_to_the_storefront_and_nowhere_else(kind: str) -> None:
    letter = written(kind)
    path = WORDS[kind].get("path", "")

    assert f"https://plaza.example/shop{path}" in letter.text.split()
    assert f"https://plaza.example/shop{path}" in Seen(letter.html).links
    for link in [*Seen(letter.html).links, *re.findall(r"https?://\S+", letter.text)]:
        assert link.startswith("https://plaza.example/shop")


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, name in NAMED if name not in {"until", "parts"}]
)
def test_what_people_call_themselves_is_words_and_nothing_more(kind: str, name: str) -> None:
    harmless, nasty = written(kind, **{name: "harmless"}), written(kind, **{name: NASTY})

    assert Seen(nasty.html).tags == Seen(harmless.html).tags
    assert Seen(nasty.html).links == Seen(harmless.html).links
    assert one_line(NASTY) in Seen(nasty.html).words
    assert "{{ 7 * 7 }}" in nasty.text
    assert len(nasty.text.splitlines()) == len(harmless.text.splitlines())
    assert len(nasty.subject.splitlines()) == 1
    assert "\u202e" not in nasty.subject + nasty.text + nasty.html


@given(st.text())
def test_any_text_becomes_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert one_line(line) == line


@pytest.mark.parametrize(("kind", "name"), NAMED)
def test_a_word_that_is_missing_is_a_bug_and_not_a_gap(kind: str, name: str) -> None:
    words = {key: word for key, word in WORDS[kind].items() if key != name}
    letters = Letters("Plaza & Co", "https://plaza.example")
    with pytest.raises(UndefinedError):
        letters.write(kind, "ada@plaza.example", **words)


def test_nobody_is_greeted_by_a_gap() -> None:
    assert written("password_changed", name=None).text.startswith("Hello,\n")
    assert "you are invited to work with" in written("invitation", inviter=None).text


@pytest.mark.parametrize("kind", [kind for kind in WORDS if "parts" in WORDS[kind]])
def test_what_vendors_call_their_goods_is_words_and_nothing_more(kind: str) -> None:
    def listing(word: str) -> Letter:
        part = LetterPart(heading=word, lines=[word, word], total=word)
        return written(kind, parts=[part])

    harmless, nasty = listing("harmless"), listing(NASTY)

    assert Seen(nasty.html).tags == Seen(harmless.html).tags
    assert Seen(nasty.html).links == Seen(harmless.html).links
    assert len(nasty.text.splitlines()) == len(harmless.text.splitlines())
    assert nasty.text.count(one_line(NASTY)) == len(("heading", "two", "lines", "total"))
    assert "\u202e" not in nasty.text + nasty.html


def test_a_vendor_that_need_not_accept_is_told_of_no_end() -> None:
    letter = written("vendor_order_placed", until=None)

    assert "expires" not in letter.text + letter.html
