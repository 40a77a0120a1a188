"""Letters as they are written: one template a kind for the words, one for their looks."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from msgspec import UNSET, UnsetType

from plaza.contexts.notifications.letter import Letter, LetterPart

TEMPLATES = Path(__file__).with_name("templates")
UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Line ends, other control characters, and what turns the direction of reading."""


class Letters:
    """Writes what people get from one marketplace."""

    def __init__(self, marketplace: str, storefront_url: str) -> None:
        """Prepare the templates.

        Args:
            marketplace: the name under which it writes.
            storefront_url: where its links lead; paths are put behind it.
        """
        self._storefront_url = storefront_url.rstrip("/")
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(enabled_extensions=("html.j2",)),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._templates.globals |= {
            "marketplace": one_line(marketplace),
            "storefront_url": self._storefront_url,
        }

    def write(
        self,
        kind: str,
        recipient: str,
        *,
        until: datetime | UnsetType | None = UNSET,
        parts: Sequence[LetterPart] | None = None,
        **words: str | None,
    ) -> Letter:
        """The letter.

        Args:
            kind: which one.
            recipient: the address that it goes to.
            until: when its link, or what it asks for, ends; None: never.
            parts: what it lists.
            words: what its template names; people chose them, so that anything may stand there.
                `path` is the link's path, with its token.
        """
        values: dict[str, Any] = {name: _shown(word) for name, word in words.items()}
        path = values.pop("path", None)
        values["link"] = None if path is None else self._storefront_url + path
        if until is not UNSET:
            values["until"] = until and f"{until:%d %B %Y at %H:%M} UTC"
        if parts is not None:
            values["parts"] = [_shown_part(part) for part in parts]
        subject, _, text = self._rendered(f"{kind}.txt.j2", values).partition("\n\n")
        html = self._rendered(f"{kind}.html.j2", values | {"subject": subject})
        return Letter(recipient=recipient, subject=subject, text=text, html=html)

    def _rendered(self, name: str, values: dict[str, Any]) -> str:
        return self._templates.get_template(name).render(values)


def _shown(word: str | None) -> str | None:
    return None if word is None else one_line(word)


def _shown_part(part: LetterPart) -> LetterPart:
    lines = [one_line(line) for line in part.lines]
    return LetterPart(heading=one_line(part.heading), lines=lines, total=one_line(part.total))


def one_line(text: str) -> str:
    """The text as it is seen on one line: without control characters, blanks put together."""
    shown = (" " if unicodedata.category(c) in UNSEEN_CATEGORIES else c for c in text)
    return " ".join("".join(shown).split())
