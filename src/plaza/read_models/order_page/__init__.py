"""One order, whole: what was bought of whom and what became of it, for who bought it."""
