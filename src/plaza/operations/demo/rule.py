"""The shape of a rule that says which words of a description decide its category."""

from typing import NamedTuple


class Rule(NamedTuple):
    """Any of ``words`` decides for ``leaf``, if one of ``within`` stands in the description too.

    Phrases are separated by commas and compared in the singular; no ``within`` asks for nothing.
    """

    leaf: str
    words: str
    within: str = ""
