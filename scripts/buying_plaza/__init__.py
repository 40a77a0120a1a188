"""Vendors that sell and shoppers who buy over HTTP, for the harnesses that need some."""
