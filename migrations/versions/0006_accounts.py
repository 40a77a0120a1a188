"""Mail requests, sessions' use, what an erased account leaves."""

from plaza.operations.script import run_script

revision = "0006"
down_revision = "0005"

UPGRADE = """
SELECT 1;
"""


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script("SELECT 1")
