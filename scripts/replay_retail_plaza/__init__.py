"""Sells what a real merchant sold in a month; run by `scripts/replay_retail`."""
