"""Who else may vouch for people: the providers of OpenID Connect that an operator has set."""

from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SCOPES = ("openid", "email", "profile")
EXAMPLE = '{"name": {"issuer": "https://…", "client_id": "…", "client_secret": "…"}}'

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}\Z")]
Word = Annotated[str, Meta(min_length=1, max_length=500)]


class OidcProvider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One provider, as it has registered this marketplace."""

    issuer: str
    """As it stands in the provider's id tokens, letter by letter."""
    client_id: Word
    client_secret: Word
    scopes: tuple[str, ...] = SCOPES

    def __post_init__(self) -> None:
        if not is_safe_url(self.issuer):
            message = f"issuer {self.issuer!r} has to be an https address without a query"
            raise ValueError(message)
        if "openid" not in self.scopes:
            raise ValueError("scopes have to name openid")

    def __repr__(self) -> str:
        """Without the secret, for logs."""
        return f"OidcProvider(issuer={self.issuer!r}, client_id={self.client_id!r})"


class OidcProviders(dict[str, OidcProvider]):
    """Providers by the name in their path, from JSON: `{"name": {"issuer": …, …}}`."""

    def __init__(self, text: str = "{}") -> None:
        """Read the JSON.

        Raises:
            ValueError: it is none, or a provider in it lacks something or has too much.
        """
        try:
            read = msgspec.json.decode(text, type=dict[Name, OidcProvider])
        except msgspec.DecodeError as error:
            reason = str(error).replace(" - at `$", ", at `")
            raise ValueError(f"{reason}; wanted is JSON as in {EXAMPLE}") from None
        super().__init__(read)

    def __str__(self) -> str:
        """The JSON again, with the secrets, for a child process."""
        return msgspec.json.encode(dict(self)).decode()


def is_safe_url(url: str) -> bool:
    """Whether it is https, or http on this machine, and nothing but a host and a path."""
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
    is_plain = not (parts.query or parts.fragment or "@" in parts.netloc)
    return bool(parts.hostname) and is_plain and (parts.scheme == "https" or is_local)
