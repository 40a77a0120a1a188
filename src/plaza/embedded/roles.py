from pathlib import Path

ROLES_FILE = Path(__file__).with_name("roles.sql")
ROLE_STATEMENTS = ROLES_FILE.read_text(encoding="utf-8")
"""One DO block that creates what is missing; only a superuser may run it."""
