"""Owns payments: what was asked of providers, what they said, and each vendor's share."""
