"""The write side: one folder an owner of something that changes."""
