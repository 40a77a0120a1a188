"""Builds beside the live one: filled, verified, switched to, kept for going back."""

from plaza.operations.script import run_script

revision = "0016"
down_revision = "0015"

UPGRADE = """
ALTER TABLE projecting.build DROP CONSTRAINT build_status_check;
ALTER TABLE projecting.build ADD CONSTRAINT build_status_check
    CHECK (status IN ('filling', 'ready', 'live', 'kept', 'retired'));
ALTER TABLE projecting.build
    -- Since when it has its status.
    ADD COLUMN since timestamptz NOT NULL DEFAULT clock_timestamp(),
    ADD COLUMN source text NOT NULL DEFAULT 'log' CHECK (source IN ('log', 'snapshot')),
    -- Whether it goes live by itself once it is the same as the live one.
    ADD COLUMN switches boolean NOT NULL DEFAULT false,
    -- The indexes that its tables still miss, as they will be made.
    ADD COLUMN indexes text[] NOT NULL DEFAULT '{}',
    ADD COLUMN verified_at timestamptz,
    -- What differed from the live build: how many keys, and the first of them.
    ADD COLUMN differences jsonb,
    -- Whether Redis was told that it went live.
    ADD COLUMN told boolean NOT NULL DEFAULT true;
CREATE UNIQUE INDEX build_filling_key ON projecting.build (projection) WHERE status = 'filling';

-- What operators ask for; a projector, which owns the tables, does it.
CREATE TABLE projecting.wish (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    projection text NOT NULL,
    wish text NOT NULL CHECK (wish IN ('rebuild', 'switch', 'rollback')),
    is_switched boolean NOT NULL DEFAULT false,
    accepts_differences boolean NOT NULL DEFAULT false,
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    done_at timestamptz,
    refusal text
);
CREATE INDEX wish_open ON projecting.wish (id) WHERE done_at IS NULL;
GRANT SELECT, INSERT ON projecting.wish TO plaza_app;
"""

DOWNGRADE = """
DROP TABLE projecting.wish;
DROP INDEX projecting.build_filling_key;
ALTER TABLE projecting.build DROP COLUMN since, DROP COLUMN source, DROP COLUMN switches,
    DROP COLUMN indexes, DROP COLUMN verified_at, DROP COLUMN differences, DROP COLUMN told;
ALTER TABLE projecting.build DROP CONSTRAINT build_status_check;
UPDATE projecting.build SET status = 'retired' WHERE status <> 'live';
ALTER TABLE projecting.build ADD CONSTRAINT build_status_check
    CHECK (status IN ('building', 'catching_up', 'verifying', 'live', 'retired', 'rejected'));
"""


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script(DOWNGRADE)
