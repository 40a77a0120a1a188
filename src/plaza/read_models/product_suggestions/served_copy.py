"""Suggestions as they are kept: by what was typed, as it is compared."""

from functools import partial

from plaza.read_models.product_suggestions.projection import PROJECTION
from plaza.read_models.product_suggestions.query import suggest_products
from plaza.read_models.product_suggestions.spelling import spelled
from plaza.reading.served_copy import ServedCopy
from plaza.reading.sorted_sets import SortedReads

PREFIX = f"{PROJECTION.name}:v{PROJECTION.schema_version}"


def served_copy(sorted_reads: SortedReads, typed: str) -> ServedCopy:
    """What may be meant by it, however it is written."""
    begun = spelled(typed)
    fill = partial(suggest_products, sorted_reads=sorted_reads, begun=begun)
    return ServedCopy(PROJECTION.name, f"{PREFIX}:{begun}", fill)
