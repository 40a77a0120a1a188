"""Mails to be sent."""

from plaza.operations.script import run_script

revision = "0009"
down_revision = "0008"

UPGRADE = """
SELECT 1;
"""


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script("SELECT 1")
