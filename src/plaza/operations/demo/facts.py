"""What a wording says about an article for certain: colour, material, set size, range."""

import re

from plaza.operations.demo.colours import colour_of

_MATERIALS = {
    "ACRYLIC": "Acrylic",
    "ALUMINIUM": "Aluminium",
    "BAMBOO": "Bamboo",
    "BONE CHINA": "Bone china",
    "CANVAS": "Canvas",
    "CAST IRON": "Cast iron",
    "CERAMIC": "Ceramic",
    "COTTON": "Cotton",
    "ENAMEL": "Enamel",
    "FELT": "Felt",
    "GLASS": "Glass",
    "MELAMINE": "Melamine",
    "METAL": "Metal",
    "PAPER": "Paper",
    "PLASTIC": "Plastic",
    "POLYESTER": "Polyester",
    "PORCELAIN": "Porcelain",
    "RAFFIA": "Raffia",
    "RESIN": "Resin",
    "SILK": "Silk",
    "SLATE": "Slate",
    "STEEL": "Steel",
    "SUEDE": "Suede",
    "VELVET": "Velvet",
    "WICKER": "Wicker",
    "WOOD": "Wood",
    "WOODEN": "Wood",
    "ZINC": "Zinc",
}
_RANGES = {
    "50S CHRISTMAS": "50s Christmas",
    "BABUSHKA": "Babushka",
    "BOTANICAL": "Botanical",
    "BUFFALO BILL": "Buffalo Bill",
    "CHARLIE & LOLA": "Charlie & Lola",
    "CIRCUS PARADE": "Circus Parade",
    "DAIRY MAID": "Dairy Maid",
    "DANISH ROSE": "Danish Rose",
    "DOLLY GIRL": "Dolly Girl",
    "ENGLISH ROSE": "English Rose",
    "FELTCRAFT": "Feltcraft",
    "HOME SWEET HOME": "Home Sweet Home",
    "I LOVE LONDON": "I Love London",
    "KEEP CALM": "Keep Calm",
    "KINGS CHOICE": "Kings Choice",
    "LOVEBIRD": "Lovebird",
    "MA CAMPAGNE": "Ma Campagne",
    "MAGIC GARDEN": "Magic Garden",
    "NEW BAROQUE": "New Baroque",
    "PAISLEY PARK": "Paisley Park",
    "PANTRY": "Pantry",
    "PARISIENNE": "Parisienne",
    "POLKADOT": "Polkadot",
    "POTTING SHED": "Potting Shed",
    "REGENCY": "Regency",
    "RETROSPOT": "Retrospot",
    "ROSE DU SUD": "Rose du Sud",
    "SPACEBOY": "Spaceboy",
    "SUKI": "Suki",
    "TUTTI FRUTTI": "Tutti Frutti",
    "UNION JACK": "Union Jack",
    "VINTAGE CHRISTMAS": "Vintage Christmas",
    "VINTAGE DOILY": "Vintage Doily",
    "VINTAGE LEAF": "Vintage Leaf",
    "VINTAGE PAISLEY": "Vintage Paisley",
    "WOODLAND": "Woodland",
}

_NO_MATERIAL = re.compile(
    r"COTTON WOOL|DRAWING SLATE|WITH METAL|GLASS (?:DOORS|STOPPER)|(?:WINE|APERITIF) GLASS"
    r"|GROWING FROM PAPER|ACRYLIC TAPE|IN GLASS|IN ENAMEL MUG|IN WOOD BOX|COTTON BAG"
)
_MATERIAL = re.compile(rf"\b(?:{'|'.join(_MATERIALS)})\b")
_RANGE = re.compile(rf"\b(?:{'|'.join(_RANGES)})\b")
_SET = re.compile(r"\b(SET|PACK|BOX|BUNDLE) OF (\d+)\b")

COLOURLESS = {
    "christmas-cards-wrap",
    "gift-wrap-bags-tags",
    "greeting-cards",
    "incense-fragrance",
    "odds-ends",
}


def attributes_of(spelt: str, leaf: str, option: str) -> dict[str, str]:
    """Gives the attributes that the wording names.

    Cards and scents have no colour of their own, nor has a product that one buys in a colour.
    """
    colourless = leaf in COLOURLESS or option == "Colour"
    colour = None if colourless else colour_of(spelt)
    found = {"colour": colour, "material": _material_of(spelt), "range": _range_of(spelt)}
    return {name: said for name, said in found.items() if said is not None}


def set_of(spelt: str) -> str | None:
    """Says "set of 6" or "pack of 12" where the wording does."""
    found = _SET.search(spelt)
    return f"{found[1].lower()} of {found[2]}" if found else None


def _material_of(spelt: str) -> str | None:
    named = _MATERIAL.findall(_NO_MATERIAL.sub(" ", spelt))
    first_two = list(dict.fromkeys(_MATERIALS[word] for word in named))[:2]
    return " and ".join([*first_two[:1], *(word.lower() for word in first_two[1:])]) or None


def _range_of(spelt: str) -> str | None:
    found = _RANGE.search(spelt.replace("50'S", "50S"))
    return _RANGES[found[0]] if found else None
