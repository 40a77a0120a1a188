"""A plaza under load whose processes die and whose network fails; run by `scripts/crash`."""
