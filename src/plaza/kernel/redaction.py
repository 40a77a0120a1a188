"""Takes secrets out of what is about to be written down."""

import re
from typing import Any

REDACTED = "[redacted]"

SECRET_NAME = re.compile(
    r"passw|passphrase|secret|token|authorization|cookie|api[-_]?key|private[-_]?key|credential",
    re.IGNORECASE,
)

# Each part that repeats is bounded, so that a hostile text costs no more than its length.
SECRETS = [
    # Our API keys, JSON web tokens, hashes of passwords.
    (re.compile(r"\bplz_[a-z]{1,10}_[A-Za-z0-9_-]+"), REDACTED),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){0,4}"), REDACTED),
    (re.compile(r"\$argon2[a-z]{1,2}\$[^\s\"']+"), REDACTED),
    # `Authorization: Bearer …`
    (re.compile(r"\b(Bearer|Basic) +[^\s\"',;]+", re.IGNORECASE), rf"\1 {REDACTED}"),
    # `postgresql://name:password@host`
    (re.compile(r"(://[^\s:@/\"']{0,200}:)[^\s\"']{1,500}@"), rf"\1{REDACTED}@"),
    # `password=…`, `"password": "…"`, `(b'cookie', b'…')`
    (
        re.compile(
            r"""((?:passw(?:or)?d|passphrase|secret|token|authorization|cookie|api[-_]?key)
                [\w-]{0,40}(?:["']?\s{0,4}[=:]|["']\s{0,4},)\s{0,4})
                (?!\[redacted\])
                (b?"(?:[^"\\]|\\.)*"|b?'(?:[^'\\]|\\.)*'|[^\s&,;{}\[\]()]+)""",
            re.IGNORECASE | re.VERBOSE,
        ),
        rf"\1{REDACTED}",
    ),
]


def is_secret_name(name: str) -> bool:
    """Whether a value of this name is a secret."""
    return SECRET_NAME.search(name) is not None


def redacted(text: str) -> str:
    """The text without what looks like a secret in it."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def redacted_value(value: Any, name: str = "") -> Any:
    """A value without the secrets in it, which are known by their names or by how they look."""
    if value is None or isinstance(value, bool):
        return value
    if is_secret_name(name):
        return REDACTED
    match value:
        case int() | float():
            cleaned: Any = value
        case str():
            cleaned = redacted(value)
        case dict():
            cleaned = {key: redacted_value(member, str(key)) for key, member in value.items()}
        case list() | tuple() | set() | frozenset():
            cleaned = [redacted_value(member) for member in value]
        case _:
            # What a renderer would write of anything else is its repr.
            cleaned = redacted(repr(value))
    return cleaned
