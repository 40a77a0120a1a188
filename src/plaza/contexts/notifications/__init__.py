"""Owns what is sent to people: which mails are due, and what became of each."""
