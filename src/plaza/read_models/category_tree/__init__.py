"""The tree of categories with the number of products on sale in each, for everybody."""
