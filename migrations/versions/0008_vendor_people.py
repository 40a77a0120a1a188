"""Members, invitations, API keys, requirements, slugs that were."""

from plaza.operations.script import run_script

revision = "0008"
down_revision = "0007"

UPGRADE = """
SELECT 1;
"""


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script("SELECT 1")
