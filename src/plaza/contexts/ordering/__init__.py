"""Owns carts, orders and each vendor's part of them, and the addresses that they go to."""
