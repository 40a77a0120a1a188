"""Owns quantities: how much of an offer lies where, and every movement of it."""
