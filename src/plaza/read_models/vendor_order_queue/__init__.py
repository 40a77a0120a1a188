"""What a vendor has to send: its parts of placed orders, for its members only."""
