"""The journal of commands, and whose standing changed."""

from plaza.operations.script import run_script

revision = "0005"
down_revision = "0004"

UPGRADE = """
SELECT 1;
"""


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script("SELECT 1")
