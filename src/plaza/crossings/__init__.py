"""Changes that several owners make together or not at all: one transaction, several contexts."""
