"""How a read model is wished to be rebuilt: from what, and of which vendor only."""

from plaza.operations.script import run_script

revision = "0021"
down_revision = "0020"

UPGRADE = """
ALTER TABLE projecting.wish
    ADD COLUMN source text NOT NULL DEFAULT 'log' CHECK (source IN ('log', 'snapshot')),
    -- Only the documents of this vendor, in the live build.
    ADD COLUMN vendor_id uuid;
"""

DOWNGRADE = """
DELETE FROM projecting.wish WHERE vendor_id IS NOT NULL OR source <> 'log';
ALTER TABLE projecting.wish DROP COLUMN source, DROP COLUMN vendor_id;
"""


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script(DOWNGRADE)
