"""Which words of a description decide its category: the first rule that fits wins."""

from plaza.operations.demo.precedent_rules import PRECEDENTS
from plaza.operations.demo.rule import Rule

CATCH_ALL = "odds-ends"

RULES = (
    *PRECEDENTS,
    # Jewellery.
    Rule("earrings", "earring"),
    Rule("bracelets", "charm bracelet"),
    Rule("necklaces", "necklace, necklac, neckl, neckl36, lariat, choker, diamante chain"),
    Rule("bracelets", "bracelet, braclet, bangle"),
    Rule("charms-key-rings", "charm, phone char, key ring, keyring, key chain, key fob"),
    Rule(
        "hair-accessories",
        "hair, hairband, hairclip, hairslide, butterfly clip, cluster slide, tiara",
    ),
    Rule("babies-children", "baby"),
    Rule("rings-brooches", "brooch, expandable ring, flower ring, diamante ring, rosebud ring"),
    Rule("rings-brooches", "boudicca ring, silver ring, bubble gum ring, bubblegum ring"),
    # Bags.
    Rule("travel-rainwear", "luggage, passport, vippassport, card wallet, cabin bag, airline bag"),
    Rule("travel-rainwear", "weekend bag, overnight bag, bum bag, holiday purse, travel alarm"),
    Rule("travel-rainwear", "umbrella, rain mac, rain poncho, rain hat"),
    Rule("wash-bags-cosmetic-bags", "wash bag, washbag, cosmetic bag, shower cap, cosmetics bag"),
    Rule("lunch-boxes-picnic", "lunch, picnic, snack box, snack tray, flask, food container"),
    Rule("sewing-craft-kits", "handbag kit"),
    Rule("gift-wrap-bags-tags", "handbag gift box, paper bag"),
    Rule("notebooks-albums", "purse notebook"),
    Rule("handbags-purses", "handbag, purse, evening bag, shoulder bag, hand bag, glasses case"),
    Rule("gift-wrap-bags-tags", "gift bag, bottle bag, gift sack"),
    Rule(
        "shopping-bags-totes",
        "jumbo bag, jumbo shopper, tote bag, shopping bag, shopper bag, charlotte bag, beach bag,"
        "storage bag, recycling bag, flower bag, peg bag, drawstring bag, kids bag, pocket bag,"
        "check bag, backpack, candy bag, carry all",
    ),
    # Paper.
    Rule("sewing-craft-kits", "card kit, kit cards, flowerpower, notelets kit"),
    Rule("games-puzzles", "playing card, card game, snap card, jigsaw, dominoe, ludo, bingo"),
    Rule("frames-pictures", "card holder, cardholder, metal postcard"),
    Rule("gift-wrap-bags-tags", "gift wrap, wrap, wrapping paper, gift tag, gift box, tissue ream"),
    Rule(
        "ribbons-stickers-tape",
        "wrapping tape, gift tape, bookcover tape, funky design tape, cats tape",
    ),
    Rule("ribbons-stickers-tape", "retrospot tape, skull tape, sticker, tattoo, badge, patche"),
    Rule("greeting-cards", "card, postcard"),
    Rule("ribbons-stickers-tape", "ribbon, ribbons, ribbon reel"),
    Rule(
        "notebooks-albums", "notebook, journal, sketchbook, pocket book, exercise book, note book"
    ),
    Rule("notebooks-albums", "address book, scrap book, photo album, book mark, notepad, 60 page"),
    Rule("pens-pencils", "pencil, pen, crayon, eraser, rubber, chalk, paint set, highlighter"),
    Rule("desk-office", "writing set, stationery, envelope, calculator, ruler, hole punch, stamp"),
    Rule("desk-office", "tape dispenser, paperweight, p weight, pweight, letter rack, letter tray"),
    Rule("desk-office", "letter holder, office tidy, headphone, usb, ipod, magazine rack, scissor"),
    Rule("desk-office", "newspaper stand, mug warmer, calendar, office mirror, wastepaper, tissue"),
    # Party.
    Rule("lamps-fairy-lights", "light chain, light garland, beaded garland, party light"),
    Rule("bunting-garlands", "bunting, garland, honeycomb, paper chain, windsock, pennant, lei"),
    Rule("bunting-garlands", "paper bell, paper ball, st george, paper lantern, table lantern"),
    Rule(
        "paper-tableware-cake-cases",
        "napkin, paper cup, paper plate, doily, doilies, cake case, four case, baking case, straw,"
        "cocktail parasol, set disposable, cutlery disposable, lace paper, cup cake case,"
        "cocktail sword",
        "paper, napkin, doilies, case, straw, parasol, disposable, sword",
    ),
    Rule("candles-t-lights", "birthday candle, party candle, celebration candle"),
    Rule(
        "balloons-party-extras",
        "balloon, confetti, party cone, party invite, party charm, barrier tape, rosette, hawaiian,"
        "party sunglasse, sunglasse, disco, tattoo, sombrero, party pizza, popcorn holder,"
        "inflatable, swordfish, water bomb",
    ),
    # Candles and light.
    Rule("candle-holders-lanterns", "holder for candle, base for candle, wire for candle"),
    Rule(
        "candle-holders-lanterns",
        "light holder, tealight holder, light hldr, light hold, candle holder, candleholder,"
        "candlestick, candle stick, candlestand, candle stand, candle plate, candlepot,"
        "candle pot, lantern, votive holder, chandelier t light, light glass, light setting,"
        "glass t light, hanging t light, etched tealight, hurricane lamp, candle bowl,"
        "light set, candle spike, candelabra",
    ),
    Rule("incense-fragrance", "incense, oil burner, fragrance oil, pot pourri, scented hanging"),
    Rule("incense-fragrance", "scented flower, scented fabric, scent heart, toilette bottle"),
    Rule("candles-t-lights", "candle, t light, tea light, chocolatecandle, matche"),
    Rule("cabinets-furniture", "retro bar stool, partition panel, curtain, beaded curtain"),
    Rule(
        "lamps-fairy-lights",
        "lamp, lampshade, chandelier, lights, light chain, bulb, night owl light, light, shade,"
        "silicon cube, torch, plasmatronic, ubo, led",
    ),
    # Garden, before what else has hooks and holders.
    Rule("playthings", "seaside bucket, beach spade, windmill, wheelbarrow, garden set"),
    Rule("playthings", "skipping rope, skippping rope, sandcastle, flying disc, helicopter"),
    Rule("birds-garden-ornaments", "bird house, bird feeder, bird table, gnome, garden marker"),
    Rule("birds-garden-ornaments", "windchime, w chime, tube chime, herb marker, gaoler"),
    Rule("birds-garden-ornaments", "birdhouse crested, fairy pole, garden decoration, mushroom"),
    Rule("birds-garden-ornaments", "birdhouse decoration, wood toadstool"),
    Rule("outdoor-living", "parasol, hammock, thermometer, fly swat, deckchair, acapulco mat"),
    Rule("outdoor-living", "bicycle, camping, love seat, folding chair, folding camping"),
    Rule(
        "planters-garden-tools",
        "planter, watering can, garden glove, garden brush, garden fork, garden rake, trowel,"
        "garden spade, secateur, kneeling, plant pot, plant holder, plant cage, plant ladder,"
        "potting shed, grow your own, grow a flytrap, pot holder, garden tool, herb garden,"
        "cloche, twine, tool set, spirit level, screwdriver, kneeling mat, garden shelf",
    ),
    # Pictures, signs, clocks, mirrors.
    Rule("clocks-mirrors", "clock"),
    Rule("clocks-mirrors", "mirror disc, mirror string, mirror mobile"),
    Rule("ornaments-trinket-boxes", "mirror trinket"),
    Rule("beauty-first-aid", "compact mirror, pocket mirror, lip gloss, essential balm"),
    Rule("clocks-mirrors", "mirror"),
    Rule(
        "frames-pictures",
        "frame, photoframe, wall art, print, canvas, picture, wall plaque, plaque, photo clip,"
        "photo cube, mirrored wall, flower pot plaque",
    ),
    Rule("signs-letters", "sign, letter, block word, number tile, chalkboard, blackboard"),
    Rule("signs-letters", "black board, slate tile"),
    Rule("magnets-memo-boards", "memo board, memoboard, memo holder, shopping list"),
    # Kitchen.
    Rule(
        "sewing-craft-kits", "sewing, needle, tape measure, measuring tape, pin cushion, mini tape"
    ),
    Rule("sewing-craft-kits", "iron on, sew on, crochet flower, repair kit, button box"),
    Rule(
        "sewing-craft-kits", "knitting, stencil, felt craft kit, felt mache, amelie kit, nicole kit"
    ),
    Rule(
        "sewing-craft-kits",
        "paul kit, make your own, paint your own, paper craft, growing from paper",
    ),
    Rule("sewing-craft-kits", "paper flower, modelling clay, colouring set, boy kit"),
    Rule("beauty-first-aid", "first aid, plasters, plaster, pharmacie, pill box, stress ball, ear"),
    Rule("beauty-first-aid", "silk fan, sandalwood fan, traveling fan, fan"),
    Rule(
        "babies-children",
        "childrens cutlery, childrens bowl, childrens cup, childrens egg, breakfast set, baby bib,"
        "childrens mug, childrens dolly girl mug, childrens circus, childrens spaceboy,"
        "height chart, nursery, school desk, toy tidy, feltcraft hairband, slipper, dolly girl mug",
    ),
    Rule(
        "aprons-kitchen-textiles",
        "apron, tea towel, oven glove, oven mitt, tea cosy, mug cosy, washing up glove, egg cosy,"
        "ironing board, clothe peg, dolly peg, flower peg, peg in, washing up brush,"
        "scrubbing brush",
    ),
    Rule("table-settings-trays", "tablecloth, table cloth, table run, placemat, coaster, tray"),
    Rule("table-settings-trays", "place setting, bottle dressing"),
    Rule("table-settings-trays", "table decoration, food cover, tv tray, tile coaster, charger"),
    Rule("ornaments-trinket-boxes", "trinket, jewellery stand, jewel stand, jewellery box"),
    Rule("ornaments-trinket-boxes", "jewel box, keepsake box, jewellery drawer"),
    Rule("playthings", "money box, money bank, piggy bank, pop box"),
    Rule("tea-coffee-cake", "teapot, cake stand, cakestand, tea set, tea for one, coffee set"),
    Rule("tea-coffee-cake", "cake slice, cake fork, cake plate, tea plate, sugar tong, milk jug"),
    Rule(
        "tea-coffee-cake",
        "sugar bowl, tea strainer, tea bag plate, teatime, cake cover, toast rack",
    ),
    Rule(
        "tea-coffee-cake",
        "toastrack, coffee grinder, butter dish, cake carrier, egg cup, tea spoon",
    ),
    Rule(
        "tea-coffee-cake", "cake dish, beurre dish, cheese dish, sugar dispenser, egg holder, caddy"
    ),
    Rule("tins-jars-bottles", "retrospot tea coffee sugar"),
    Rule("mugs-cups", "mug, cup, beaker, teacup, breakfast cup, coffee cup, demitasse"),
    Rule(
        "tins-jars-bottles",
        "biscuit tin, cake tin, storage tin, tin, bread bin, biscuit bin, biscuit barrel, jar,"
        "jam pot, sugar jam bowl, tea container, coffee container, container, bottle, canister,"
        "cannister, treasure tin, spice tin",
    ),
    Rule(
        "cooking-cutlery",
        "baking, cookie cutter, cutter, mould, rolling pin, frying pan, milk pan, cake chopstick,"
        "measuring, kitchen scale, cooking set, lolly maker, lolly mould, jelly mould,"
        "mixing bowl, recipe box, recipe book, jam making, chopping board, toast its, corer,"
        "pastry brush, colander, apple corer, ice lolly, whisk, spatula, popsicle",
    ),
    Rule(
        "cooking-cutlery",
        "cutlery, spoon, teaspoon, ladle, chopstick, squeezer, utensil holder, bottle opener,"
        "spoon rest, egg spoon, salt and pepper, kitchen organiser, food/drink sponge",
    ),
    Rule("bathroom-towels", "soap, bathroom, bath, towel, flannel, toilet, wash bowl, water basin"),
    Rule("bathroom-towels", "sponge, medicine cabinet, wastepaper"),
    Rule(
        "plates-bowls-glasses",
        "glass, goblet, tumbler, jug, chalice, aperitif, wine glass, wine goblet, sundae",
        "wine glass, champagne, tumbler, goblet, jug, chalice, aperitif, milkshake, d o f,"
        "sundae, tea glass, cordial, wine goblet",
    ),
    Rule("plates-bowls-glasses", "bowl, fruitbowl, plate, dish, platter, pot w lid"),
    Rule("vases-artificial-flowers", "artificial, artiifcial, art flower, vase, porcelain rose"),
    Rule("vases-artificial-flowers", "artificial flower, spray, felt vase, flower pot"),
    # Soft furnishings, furniture and storage.
    Rule("cushions-throws", "cushion, c cover, throw, quilt, pouffe, filler pad, seat cushion"),
    Rule("cushions-throws", "floor cushion, squarecushion, scarf, polyester"),
    Rule("hooks-drawer-knobs", "hook, drawer knob, drawerknob, coat rack, hanger, coathanger"),
    Rule("hooks-drawer-knobs", "peg hanger, sock hanger, key holder"),
    Rule(
        "cabinets-furniture",
        "cabinet, cupboard, shelf, shelving, chest of drawer, chest natural, chest 7, sideboard,"
        "stool, chair, table rect, table, bedside, curio, coat stand, organiser wood,"
        "dresser, drawer, mini chest, wall organiser, foot stool, wallhanging, steel",
    ),
    Rule(
        "boxes-baskets",
        "box, basket, crate, storage, wall tidy, shoe tidy, tidy, nesting box, mini case, bin,"
        "treasure chest, storage cube, cutlery box, bucket, button box, wall organiser, organiser,"
        "stacking, trug",
    ),
    # Play.
    Rule(
        "soft-toys-dolls",
        "soft toy, doll, teddy, teddy bear, monster, sock puppet, monkey, knitted rabbit, mouse,"
        "mice, space owl, space frog, ninja rabbit, space cadet, princess, feltcraft, felt farm,"
        "pony, dog toy, cat with scarf, toy with, gingham cat, geisha, robot",
    ),
    Rule(
        "games-puzzles",
        "game, ludo, skittle, naught, snake ladder, heads and tails, jigsaw, spinning top,"
        "drawing slate, alphabet block, puzzle, pick up stick, block, donkey tail, pelmanism",
    ),
    Rule(
        "playthings",
        "harmonica, marble, glider, bubble, toy, playhouse, creepy crawlie, dinosaur set, snake,"
        "dinosaur, creepy, farmyard, knitting nancy, dolphin, balloon, retro radio, speaker,"
        "radio, glow in dark, grass skirt, pirate, hi tec, dressing up",
    ),
    # What hangs or stands about the house.
    Rule(
        "hanging-decorations",
        "hanging, mobile, decoration, wicker heart, wicker star, wreath, heart of wicker, swinging,"
        "felt heart, quilted heart, metal heart, crystal heart, pearl heart, ivory heart,"
        "trellis, filigree, flying duck, stamped heart, heart spiral, embossed heart, laurel,"
        "screen, filigris, quilted, metal chicken, dec, deco, butterflies, tree decoration,"
        "butterfly string, string, painted metal, heart ivory, heart wicker, heart with, gaoler",
    ),
    Rule(
        "ornaments-trinket-boxes",
        "ornament, ceramic ball, buddha, porcelain, shell, hand open, stone, glass gem, pearlised,"
        "felt toadstool, toadstool, birdcage, hen house, rabbit, knitted hen, metal cat, scottie,"
        "rocking horse, wooden painted, hen, geisha girl, horse, gem, dressing table pot,"
        "bell jar, egg house, dovecote, wooden daisy, painted lightbulb, felt, ashtray, chicken,"
        "cat, dog, bird, painted heart, clip on star, wooden heart, wooden tree, flower",
    ),
)
