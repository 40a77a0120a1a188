"""Buyers who race for what is scarce while processes are killed; run by `scripts/oversell`."""
