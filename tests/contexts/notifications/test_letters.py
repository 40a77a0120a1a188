import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from plaza.contexts.notifications.letter import Letter
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


def test_every_kind_of_mail_is_tried() -> None:
    assert WORDS.keys() == set(get_args(Kind))
    parts = {f"{kind}.{form}.j2" for kind in WORDS for form in ("txt", "html")}
    shared = {"letter.html.j2", "signature.txt.j2"}
    assert {file.name for file in TEMPLATES.iterdir()} == parts | shared


@pytest.mark.parametrize("kind", WORDS)
def test_both_forms_say_who_writes_what_to_do_and_until_when(kind: str) -> None:
    letter = written(kind)
    page = Seen(letter.html)

    assert letter.recipient == "ada@plaza.example"
    assert "Plaza & Co" in letter.subject
    for form in (letter.text, page.words):
        assert "Plaza & Co" in form
        assert re.search(r"Was it not you\?|Do you not know them\?", form)
        assert "{{" not in form
        for word in WORDS[kind].values():
            shown = "01 December 2026 at 09:05 UTC" if word == UNTIL else str(word)
            assert shown in form
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
    ("kind", "name"), [(kind, name) for kind, name in NAMED if name != "until"]
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
