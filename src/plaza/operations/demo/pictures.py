"""Drawn pictures for the demo goods: an emblem for each category on a soft ground of its own."""

from html import escape

from plaza.operations.demo.categories import LEAF_NAMES
from plaza.operations.demo.emblem_of_leaf import EMBLEM_OF_LEAF
from plaza.operations.demo.emblems import EMBLEMS
from plaza.operations.demo.figures import number_below
from plaza.operations.demo.grounds import GROUNDS
from plaza.operations.demo.palettes import PALETTES

VARIATIONS = len(GROUNDS)
_STEP = 5  # Prime to the number of palettes: each variation of a picture has another one.

_PAGE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600" role="img">'
    "<title>{title}</title>"
    '<defs><linearGradient id="g" gradientTransform="rotate({angle} .5 .5)">'
    '<stop stop-color="{pale}"/><stop offset="1" stop-color="{deep}"/></linearGradient></defs>'
    '<path fill="url(#g)" d="M0 0h600v600H0z"/><g fill="#fff" stroke="none">{ground}</g>'
    '<circle cx="300" cy="300" r="212" fill="#fff" fill-opacity=".66"/>'
    '<g transform="translate(300 300) scale(1.4)" fill="{light}" stroke="{ink}"'
    ' stroke-width="6" stroke-linejoin="round" stroke-linecap="round">{emblem}</g></svg>'
)


class UnknownPicture(KeyError):  # noqa: N818  whoever asked is answered 404
    """There is no such category, or no such variation of its picture."""


def picture_urls(category_slug: str, sku: str) -> tuple[str, ...]:
    """Names two different pictures for an article, the first of them for listings."""
    first = number_below(VARIATIONS, "picture", sku)
    second = (first + 1 + number_below(VARIATIONS - 1, "second picture", sku)) % VARIATIONS
    return _url(category_slug, first), _url(category_slug, second)


def render_picture(category_slug: str, variation: int) -> bytes:
    """Draws what ``/media/demo/{category_slug}/{variation}.svg`` shows, variations from 1."""
    if category_slug not in LEAF_NAMES or not 1 <= variation <= VARIATIONS:
        raise UnknownPicture(category_slug, variation)
    return picture_of(category_slug, LEAF_NAMES[category_slug], variation).encode()


def picture_of(category_slug: str, title: str, variation: int = 1) -> str:
    """Draws a picture that depends on its arguments alone and refers to nothing outside."""
    place = number_below(len(PALETTES), "palette", category_slug) + _STEP * variation
    palette = PALETTES[place % len(PALETTES)]
    emblem = EMBLEMS[EMBLEM_OF_LEAF[category_slug]]
    return _PAGE.format(
        title=escape(title),
        angle=15 + 60 * variation,
        ground=GROUNDS[variation - 1],
        emblem=emblem.format_map(palette._asdict()),
        **palette._asdict(),
    )


def _url(category_slug: str, index: int) -> str:
    return f"/media/demo/{category_slug}/{index + 1}.svg"
