"""The projector processes that share the followers, and into how many shards a build is split."""

from plaza.operations.script import run_script

revision = "0017"
down_revision = "0016"

UPGRADE = """
CREATE TABLE projecting.member (
    member uuid PRIMARY KEY,
    follows text NOT NULL,
    pid integer NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Fixed for a build's life: two followers that split it differently would write the same rows.
ALTER TABLE projecting.build ADD COLUMN shards smallint NOT NULL DEFAULT 1 CHECK (shards > 0);
"""


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script("""
        ALTER TABLE projecting.build DROP COLUMN shards;
        DROP TABLE projecting.member;
    """)
