"""One or two sentences about a product that say nothing its wording does not."""

from collections.abc import Sequence

from plaza.operations.demo.categories import LEAF_NAMES
from plaza.operations.demo.facts import set_of
from plaza.operations.demo.titles import spelt_out
from plaza.operations.demo.variants import Family


def description_of(title: str, leaf: str, attributes: dict[str, str], family: Family) -> str:
    """Says where the product belongs, then what is known of its make, its set and its choice."""
    known = (_make_of(attributes), _set_of(family), _choice_of(family))
    said = [clause for clause in known if clause]
    opening = f"{title}, from our {LEAF_NAMES[leaf]} shelves{_range_of(attributes)}."
    return f"{opening} {_sentence('; '.join(said))}" if said else opening


def _range_of(attributes: dict[str, str]) -> str:
    return f", part of the {attributes['range']} range" if "range" in attributes else ""


def _make_of(attributes: dict[str, str]) -> str:
    colour, material = attributes.get("colour"), attributes.get("material")
    return ", ".join(
        [
            *([f"in {_listed(colour.lower().split('/'))}"] if colour else []),
            *([f"made with {material.lower()}"] if material else []),
        ]
    )


def _set_of(family: Family) -> str:
    size = set_of(spelt_out(family.wording))
    return f"sold as a {size}" if size else ""


def _choice_of(family: Family) -> str:
    if not family.option:
        return ""
    values = [value for value, _ in family.members]
    shown = values if family.option == "Letter" else [value.lower() for value in values]
    return f"comes in {len(values)} {family.option.lower()}s: {_listed(shown)}"


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _sentence(clauses: str) -> str:
    return f"{clauses[:1].upper()}{clauses[1:]}."
