"""One product with its variants and all offers of them, for everybody."""
