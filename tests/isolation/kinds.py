"""The kinds of callers, and what those who are not let in are told."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Who asks, as seen from the vendor (or the account) that the things belong to."""

    ANONYMOUS = "anonymous"
    GUEST = "a guest with the secrets of another cart and another order"
    ENDED = "a session that has ended"
    ENDED_KEY = "a key that was revoked"
    CUSTOMER = "a customer"
    OTHER_OWNER = "an owner of another vendor"
    OTHER_MANAGER = "a manager of another vendor"
    OTHER_STAFF = "staff of another vendor"
    OTHER_KEY = "a key of another vendor"
    STAFF = "staff"
    MANAGER = "a manager"
    KEY = "a key with the scope"
    WRONG_KEY = "a key with every scope but the right one"
    OWNER = "the owner"
    OPERATOR = "an operator"


GUESTS = frozenset({Kind.ANONYMOUS, Kind.GUEST})
NOBODY = GUESTS | {Kind.ENDED, Kind.ENDED_KEY}
OWN_KEYS = frozenset({Kind.KEY, Kind.WRONG_KEY})
INSIDERS = OWN_KEYS | {Kind.OWNER, Kind.MANAGER, Kind.STAFF}
KEYS = OWN_KEYS | {Kind.OTHER_KEY}
OUTSIDERS = frozenset(Kind) - NOBODY - INSIDERS
OF_A_VENDOR = OWN_KEYS | {Kind.MANAGER, Kind.STAFF, Kind.ENDED_KEY}
PEOPLE = frozenset(Kind) - NOBODY - KEYS


@dataclass(frozen=True)
class Audience:
    """Who is let in.

    Attributes:
        lets_in: the kinds of callers that the route's guard lets pass.
        insiders: what others of the same vendor are told.
        outsiders: what everybody else who is logged in is told.
        is_opened: whether guests are let in who show the thing's own secret.
    """

    lets_in: frozenset[Kind]
    insiders: int = 403
    outsiders: int = 403
    is_opened: bool = False

    def refusal_of(self, kind: Kind) -> int | None:
        """The status that the guard answers the kind with; None for who is let in."""
        if kind in self.lets_in:
            return None
        if kind in NOBODY:
            return 401
        return self.insiders if kind in INSIDERS else self.outsiders


def members(*roles: str, key: bool = False, also: frozenset[Kind] = frozenset()) -> Audience:
    """Members of the vendor in these roles; to everybody outside of it, it is not there.

    Args:
        roles: those who are let in.
        key: whether the vendor's API keys are too, where they have the scope of the document.
        also: who is let in besides.
    """
    named = {"owner": Kind.OWNER, "manager": Kind.MANAGER, "staff": Kind.STAFF}
    keys = frozenset({Kind.KEY} if key else ())
    return Audience(keys | also | {named[role] for role in roles}, outsiders=404)


def operators() -> Audience:
    return Audience(frozenset({Kind.OPERATOR}))


def accounts() -> Audience:
    """Everybody with an account, about their own things; an API key has no account."""
    return Audience(PEOPLE)


def callers() -> Audience:
    """Everybody who is logged in, programs too, about their own things."""
    return Audience(PEOPLE | KEYS)


def shoppers() -> Audience:
    """Everybody with an account, about their own things, and guests who show a thing's secret."""
    return Audience(PEOPLE, is_opened=True)


def shoppers_without_cart() -> Audience:
    """Everybody but programs."""
    return Audience(PEOPLE | GUESTS)


def anybody() -> Audience:
    return Audience(frozenset(Kind))
