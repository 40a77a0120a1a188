"""What an account has ordered, the newest first, for its own eyes only."""
