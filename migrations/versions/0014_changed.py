"""What changed in the answers that CDNs keep, noted with the batch that changed it."""

from plaza.operations.script import run_script

revision = "0014"
down_revision = "0013"

UPGRADE = """
CREATE TABLE projecting.changed (
    projection text NOT NULL,
    position bigint NOT NULL,
    tags text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (projection, position)
);
CREATE INDEX changed_created_at ON projecting.changed (created_at);
"""


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script("DROP TABLE projecting.changed")
