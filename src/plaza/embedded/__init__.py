"""The real PostgreSQL and Valkey from PyPI, started for `plaza up` and for tests."""
