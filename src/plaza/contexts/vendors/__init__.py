"""Owns vendors: who may sell, in which standing, and who works for them."""
