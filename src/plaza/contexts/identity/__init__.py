"""Owns people: accounts, their log-ins and sessions, and who runs the marketplace."""
