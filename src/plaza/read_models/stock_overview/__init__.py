"""A vendor's stock: how much of each offer lies where, and every movement, for its members only."""
