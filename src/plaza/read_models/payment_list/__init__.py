"""Every payment with the vendors' shares of it, for operators only."""
