"""Colours that go together: a pale and a deep ground, an accent and an outline upon them."""

from typing import NamedTuple


class Palette(NamedTuple):
    pale: str
    deep: str
    accent: str
    ink: str
    light: str = "#fffdf8"


PALETTES = (
    Palette("#fbeae4", "#f2c4ba", "#e08e7b", "#5a2f33"),
    Palette("#ebf4e7", "#bdd8bb", "#e8a15b", "#2f4a3a"),
    Palette("#e7f2f9", "#b3d2e8", "#f2a38d", "#27455e"),
    Palette("#fcf2df", "#efd2a0", "#7ab5ad", "#5b4426"),
    Palette("#f1ebf8", "#cfbfe6", "#f2b872", "#43345e"),
    Palette("#e3f6f0", "#a6dbcb", "#f3937d", "#1f4d49"),
    Palette("#fff6d9", "#f5da8c", "#e78a69", "#57431d"),
    Palette("#fde9f0", "#efb8ca", "#9b89d0", "#5c2a44"),
    Palette("#e8ecf7", "#b8c3e3", "#ebb850", "#2c3659"),
    Palette("#ffefe1", "#f8c89e", "#69adbc", "#5a3622"),
    Palette("#e1f3f4", "#a1ced3", "#e5856b", "#1e464d"),
    Palette("#f4f5e0", "#d5d89f", "#b97f9f", "#47491f"),
)
