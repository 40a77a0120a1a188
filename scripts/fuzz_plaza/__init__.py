"""Tries every operation of a running plaza with what nobody would send; run by `scripts/fuzz`."""
