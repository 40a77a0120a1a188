"""A vendor's own products, drafts too, for its members only."""
