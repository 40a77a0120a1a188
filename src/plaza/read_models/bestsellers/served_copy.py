"""Lists of bestsellers as they are kept: each category, each length."""

from functools import partial

import msgspec

from plaza.read_models.bestsellers.projection import PROJECTION
from plaza.read_models.bestsellers.query import BestsellersWanted, list_bestsellers
from plaza.reading.served_copy import ServedCopy
from plaza.reading.sorted_sets import SortedReads

PREFIX = f"{PROJECTION.name}:v{PROJECTION.schema_version}"


def served_copy(sorted_reads: SortedReads, wanted: BestsellersWanted) -> ServedCopy:
    """The list that is asked for, however the question was written."""
    key = f"{PREFIX}:{msgspec.json.encode(wanted).decode()}"
    fill = partial(list_bestsellers, sorted_reads=sorted_reads, wanted=wanted)
    return ServedCopy(PROJECTION.name, key, fill)
