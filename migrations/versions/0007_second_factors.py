"""TOTP with recovery codes, and accounts of other providers."""

from plaza.operations.script import run_script

revision = "0007"
down_revision = "0006"

UPGRADE = """
SELECT 1;
"""


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script("SELECT 1")
