"""Owns what is sold: categories, products with their variants, and vendors' offers of them."""
