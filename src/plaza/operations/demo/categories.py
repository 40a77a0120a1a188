"""The category tree of the demo marketplace, and which leaf an article belongs to."""

from collections import defaultdict
from itertools import chain
from typing import NamedTuple

from plaza.kernel.text import slug_of
from plaza.operations.demo.category_rules import CATCH_ALL, RULES
from plaza.operations.demo.planned import PlannedCategory
from plaza.operations.demo.words import spaced_words

TREE: dict[str, tuple[str, ...]] = {
    "Home decoration": (
        "Candles & t-lights",
        "Candle holders & lanterns",
        "Hanging decorations",
        "Frames & pictures",
        "Signs & letters",
        "Clocks & mirrors",
        "Cushions & throws",
        "Vases & artificial flowers",
        "Incense & fragrance",
        "Lamps & fairy lights",
        "Ornaments & trinket boxes",
    ),
    "Furniture & storage": (
        "Cabinets & furniture",
        "Hooks & drawer knobs",
        "Boxes & baskets",
        "Doormats & doorstops",
    ),
    "Kitchen & dining": (
        "Mugs & cups",
        "Plates, bowls & glasses",
        "Tea, coffee & cake",
        "Cooking & cutlery",
        "Aprons & kitchen textiles",
        "Table settings & trays",
        "Tins, jars & bottles",
        "Lunch boxes & picnic",
        "Magnets & memo boards",
    ),
    "Jewellery": ("Necklaces", "Bracelets", "Earrings", "Rings & brooches", "Hair accessories"),
    "Bags & travel": (
        "Shopping bags & totes",
        "Handbags & purses",
        "Wash bags & cosmetic bags",
        "Travel & rainwear",
        "Charms & key rings",
    ),
    "Stationery & craft": (
        "Greeting cards",
        "Gift wrap, bags & tags",
        "Notebooks & albums",
        "Pens & pencils",
        "Ribbons, stickers & tape",
        "Desk & office",
        "Sewing & craft kits",
    ),
    "Christmas": ("Christmas decorations", "Christmas cards & wrap", "Christmas table & gifts"),
    "Party & Easter": (
        "Bunting & garlands",
        "Paper tableware & cake cases",
        "Balloons & party extras",
        "Easter",
    ),
    "Toys & games": ("Soft toys & dolls", "Games & puzzles", "Playthings", "Babies & children"),
    "Garden": ("Planters & garden tools", "Birds & garden ornaments", "Outdoor living"),
    "Bath & wellbeing": (
        "Bathroom & towels",
        "Hot water bottles & hand warmers",
        "Beauty & first aid",
    ),
    "Curiosities": ("Odds & ends",),
}


LEAF_NAMES = {slug_of(leaf): leaf for leaves in TREE.values() for leaf in leaves}


def plan_categories() -> tuple[PlannedCategory, ...]:
    """Gives every top category directly before its leaves."""
    return tuple(chain.from_iterable(_family(top, leaves) for top, leaves in TREE.items()))


def _family(top: str, leaves: tuple[str, ...]) -> tuple[PlannedCategory, ...]:
    parent = PlannedCategory(slug=slug_of(top), name=top)
    return (parent, *(PlannedCategory(slug_of(leaf), leaf, parent.slug) for leaf in leaves))


def category_of(wording: str) -> str:
    """Names the leaf category of an article: the first rule that fits decides."""
    spaced = spaced_words(wording)
    clues = chain.from_iterable(_CLUES.get(word, ()) for word in spaced.split())
    return min((clue for clue in clues if clue.fits(spaced)), default=_NO_CLUE).leaf


class _Clue(NamedTuple):
    """A phrase of a rule; ``rank`` is the place of the rule, so that the least one decides."""

    rank: int
    leaf: str
    phrase: str
    within: tuple[str, ...]

    def fits(self, spaced: str) -> bool:
        return self.phrase in spaced and (
            not self.within or any(phrase in spaced for phrase in self.within)
        )


def _clues_by_first_word() -> dict[str, list[_Clue]]:
    """Sorts the clues by their first words, so that few need to be compared with a wording."""
    clues: dict[str, list[_Clue]] = defaultdict(list)
    for rank, rule in enumerate(RULES):
        within = _phrases(rule.within)
        for phrase in _phrases(rule.words):
            clues[phrase.split()[0]].append(_Clue(rank, rule.leaf, phrase, within))
    return clues


def _phrases(listed: str) -> tuple[str, ...]:
    return tuple(spaced_words(phrase) for phrase in listed.split(",") if phrase.strip())


_CLUES = _clues_by_first_word()
_NO_CLUE = _Clue(len(RULES), CATCH_ALL, "", ())
