"""Measures plaza beside the same list written the usual way; run by `scripts/bench`."""
