"""Rules that come before all others: words that mislead, and the seasons."""

from plaza.operations.demo.rule import Rule

CHRISTMAS = (
    "christmas, xmas, santa, reindeer, snowman, snowmen, nativity, advent, bauble, jingle bell,"
    "noel, yuletide, mistletoe, holly, tinsel, sleigh, set 10 card, minicards, making snowmen,"
    "wise man, snowy village, snow pear tree, acrylic jewel, acrylic hanging jewel,"
    "socks and mittens, goose feather tree, smallfolkart, blackchristmas, snow star,"
    "cinammon orange, eucalyptus, ivy heart wreath, heart wreath, star wreath"
)
EASTER = "easter, bunny, bunnies, chick, hanging egg, spring flower egg, egg warmer, egg basket"

PRECEDENTS = (
    # Words that mean something else than the noun inside them.
    Rule("odds-ends", "high resolution image, next day carriage, packing charge, gift voucher"),
    Rule("cooking-cutlery", "toffee cup, whisk, kitchen thermometer, lolly maker, recipe box"),
    Rule("bathroom-towels", "bathroom scale, bathroom bottle, soap rack, tissue box"),
    Rule("beauty-first-aid", "pen lip gloss, balm, fan black"),
    Rule("boxes-baskets", "wire egg basket"),
    Rule("bunting-garlands", "baby bunting"),
    Rule("cabinets-furniture", "umbrella stand, partition panel, cutlery cupboard, cutlery shelf"),
    Rule("cabinets-furniture", "cabinet with hook"),
    Rule("candle-holders-lanterns", "bauble t light, baroquecandlestick"),
    Rule("sewing-craft-kits", "canvas set"),
    Rule("cooking-cutlery", "bottle opener"),
    Rule("frames-pictures", "wall art"),
    Rule("games-puzzles", "catch cup game, alphabet block"),
    Rule("gift-wrap-bags-tags", "wrap bad hair day, box bird pannetone"),
    Rule("handbags-purses", "pink scarf"),
    Rule("hooks-drawer-knobs", "suction cup, suction hook"),
    Rule("incense-fragrance", "bdraw liner, pot pouri"),
    Rule("magnets-memo-boards", "magnetic shopping list"),
    Rule("mugs-cups", "mug w gift box, shed tea mug, teatime mug"),
    Rule("ornaments-trinket-boxes", "ashtray, trinket tray, dressing table pot"),
    Rule("outdoor-living", "camping scissor"),
    Rule("pens-pencils", "lipstick pen, diamante pen"),
    Rule("planters-garden-tools", "watering can pink, seed envelope"),
    Rule("plates-bowls-glasses", "small bowl, green bowl, print bowl"),
    Rule("playthings", "playhouse, harmonica, farmyard, speaker, sticky bunnies"),
    Rule("ribbons-stickers-tape", "boom ribbon, rustic charm"),
    Rule("soft-toys-dolls", "soft toy, farm animal, baby mouse, cat with scarf"),
    Rule("ribbons-stickers-tape", "sticker sheet"),
    Rule("table-settings-trays", "napkin charm, napkin ring, napkin box, cotton napkin"),
    Rule("tea-coffee-cake", "tea set in, teapot in"),
    Rule("tins-jars-bottles", "tin sketchbook"),
    Rule("balloons-party-extras", "party charm, party bag"),
    Rule("hot-water-bottles-hand-warmers", "hot water bottle, hand warmer, hottie, pocket warmer"),
    Rule("magnets-memo-boards", "magnet, fridge magnet, mirror magnet"),
    Rule("doormats-doorstops", "doormat, doorstop"),
    Rule("signs-letters", "metal sign, door sign, doorsign, toilet sign, door hanger"),
    Rule("lamps-fairy-lights", "bauble lamp, portable table light, lightbulb, night light"),
    # Seasons.
    Rule(
        "christmas-cards-wrap",
        "card, minicard, wrap, ribbon, gift bag, gift sack, tag, sticker, tissue,"
        "set 10, jumbo bag, postcard",
        CHRISTMAS,
    ),
    Rule(
        "christmas-table-gifts",
        "mug, napkin, tablecloth, doily, doilies, cake case, cake frill, cake decoration, cracker,"
        "tin, place setting, candle, t light, candlepot, trinket pot, toilet roll, egg pan,"
        "table, paper chain, bunting, stocking, calendar, chalkboard, craft, doormat, pannetone,"
        "paper box",
        CHRISTMAS,
    ),
    Rule("christmas-decorations", CHRISTMAS),
    Rule("beauty-first-aid", "tissue", "pack of 12"),
    Rule("christmas-table-gifts", "mini vintage cracker, mini 50s cracker"),
    Rule("bunting-garlands", "easter bunny garland, easter bunny hanging garland"),
    Rule("cooking-cutlery", "easter egg milk, easter egg white"),
    Rule("hot-water-bottles-hand-warmers", "scottie dog hot"),
    Rule("games-puzzles", "mini jigsaw, magic drawing slate"),
    Rule("easter", EASTER + ", rabbit easter, wobbly rabbit, wobbly chicken, paper egg"),
)
