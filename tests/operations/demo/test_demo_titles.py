import re

import pytest

from plaza.operations.demo.planned import PlannedMarketplace
from plaza.operations.demo.titles import title_of


@pytest.mark.parametrize(
    ("wording", "title"),
    [
        ("WHITE HANGING HEART T-LIGHT HOLDER", "White Hanging Heart T-Light Holder"),
        ("SET/6 RED SPOTTY PAPER CUPS", "Set of 6 Red Spotty Paper Cups"),
        ("S/4 GROOVY CAT MAGNETS", "Set of 4 Groovy Cat Magnets"),
        ("ROUND SNACK BOXES SET OF4 WOODLAND", "Round Snack Boxes Set of 4 Woodland"),
        ("BAKING SET 9 PIECE RETROSPOT", "Baking Set 9 Piece Retrospot"),
        ("FOLK ART GREETING CARD,pack/12", "Folk Art Greeting Card, Pack of 12"),
        ("ASSTD COL BUTTERFLY/CRYSTAL W/CHIME", "Assorted Colour Butterfly/Crystal Wind Chime"),
        ("BEACH HUT SHELF W 3 DRAWERS", "Beach Hut Shelf with 3 Drawers"),
        ('LETTER "W" BLING KEY RING', 'Letter "W" Bling Key Ring'),
        ("GOLD/M.O.P PENDANT ORBIT NECKLACE", "Gold/Mother-of-Pearl Pendant Orbit Necklace"),
        ('FLOWER GLASS GARLD NECKL36"TURQUOIS', 'Flower Glass Garland Necklace 36" Turquoise'),
        ("CHARLIE+LOLA RED HOT WATER BOTTLE", "Charlie & Lola Red Hot Water Bottle"),
        ("SET 10 CARDS HANGING BAUBLES 17080", "Set of 10 Cards Hanging Baubles"),
        ("POLYESTER FILLER PAD 65CMx65CM", "Polyester Filler Pad 65x65cm"),
        ("WRAP 50'S CHRISTMAS", "Wrap 50s Christmas"),
        ("3D SHEET OF CAT STICKERS", "3D Sheet of Cat Stickers"),
        ("FAIRY CAKE NOTEBOOK A5 SIZE", "Fairy Cake Notebook A5 Size"),
        ("GREEN CHRISTMAS TREE STRING 20LIGHT", "Green Christmas Tree String 20 Lights"),
        ("Dr. Jam's Arouzer Stress Ball", "Dr Jam's Arouzer Stress Ball"),
        ("*USB Office Mirror Ball", "USB Office Mirror Ball"),
    ],
)
def test_a_till_wording_becomes_readable(wording: str, title: str) -> None:
    assert title_of(wording) == title


def test_no_title_shouts_is_empty_or_too_long(marketplace: PlannedMarketplace) -> None:
    for product in marketplace.products:
        assert 0 < len(product.title) <= 200
        assert not re.search(r"\b[A-Z]{4,}\b", product.title), product.title
        assert product.title == product.title.strip()


def test_no_title_keeps_an_abbreviation_of_the_till(marketplace: PlannedMarketplace) -> None:
    shortened = re.compile(r"\b(?:Asstd|Asst|Ass|W/|S/\d|Set/|Des|Col|Dec|Necklac|Neckl|Turq)\b")
    assert [p.title for p in marketplace.products if shortened.search(p.title)] == []


def test_descriptions_are_a_sentence_or_two(marketplace: PlannedMarketplace) -> None:
    for product in marketplace.products:
        assert product.description.startswith(product.title)
        assert product.description.endswith(".")
        assert len(product.description) < 300
