"""Colours as the merchant writes them."""

import re

PLAIN = (
    "RED|BLUE|GREEN|PINK|WHITE|BLACK|YELLOW|PURPLE|ORANGE|BROWN|GREY|CREAM|IVORY|GOLD|SILVER"
    "|TURQUOISE|LILAC|FUCHSIA|MULTICOLOUR"
)
SHADES = (
    "BLACK DIAMOND|BURGUNDY WINE|COAL BLACK|DARK BLUE|DUSTY PINK|EAU DE NIL|HOT PINK|JET BLACK"
    "|LIGHT BLUE|LIGHT PINK|LIGHT ROSE|LIME GREEN|MIDNIGHT BLUE|MID BLUE|MINT GREEN|OLIVE GREEN"
    "|OPAL WHITE|ROSE PINK|SKY BLUE|BRIGHT BLUE|PASTEL BLUE|PASTEL PINK"
)
TINTS = (
    "AMBER|AMETHYST|AQUA|BRONZE|CHOCOLATE|CLEAR|CRYSTAL|JADE|LAVENDER|LIME|MINT|MONTANA"
    "|MOTHER-OF-PEARL|NATURAL|OLIVE|PEACH|PERIDOT|PISTACHIO|RASPBERRY|RUBY|TEAL"
)
_ONE = rf"(?:{SHADES}|{PLAIN})"
_ANY = rf"(?:{SHADES}|{PLAIN}|{TINTS})"
_JOINED = r"(?:/| AND | & | ?\+ ?)"

COLOUR = re.compile(rf"\b{_ONE}(?:{_JOINED}{_ONE})*\b")
COLOUR_OR_TINT = re.compile(rf"\b(?:{_ANY}(?:{_JOINED}{_ANY})*|ROSE(?= COLOUR))\b(?: COLOUR\b)?")

NO_COLOUR = re.compile(
    r"ICE[ -]CREAM|CREAM SLICE|(?:WHITE|MILK) CHOCOLATE|BLACK ?BOARD|RED RIDING HOOD|GREEN FERN"
    r"|ORANGE (?:SCENTED|VOTIVE|SQUEEZER)|CINNAMON & ORANGE|BLACK CATS|WHITE (?:SAGE|TISSUE)"
    r"|WITH (?:GREEN|PINK) LID|CREAM LID|PENCILS BROWN"
    r"|RED APPLES?|GREEN PEARS|GOLD ?FISH|BLACK BIRD|BLUE OFFICE"
)


def colour_of(spelt: str) -> str | None:
    """Names the colour of a wording that names exactly one, joined or not."""
    named = COLOUR.findall(NO_COLOUR.sub(" ", spelt))
    return readable_colour(named[0]) if len(named) == 1 else None


def readable_colour(named: str) -> str:
    """Writes BLACK AND WHITE and PINK/WHITE alike: Black/White, Pink/White."""
    plain = re.sub(_JOINED, "/", named.removesuffix(" COLOUR"))
    return re.sub(r"[A-Z]+", _cased, plain)


def _cased(word: re.Match[str]) -> str:
    return word[0].lower() if word[0] in {"DE", "OF"} else word[0].capitalize()
