"""How far Redis had been told of what changed when a step was taken."""

from plaza.operations.script import run_script

revision = "0013"
down_revision = "0012"

# A follower that takes over tells Redis of what lies behind that position once more.
UPGRADE = "ALTER TABLE projecting.step ADD COLUMN copied bigint NOT NULL DEFAULT 0"


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script("ALTER TABLE projecting.step DROP COLUMN copied")
