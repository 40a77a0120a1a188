"""Documents whose facts could not be applied, what is held back for them, and what stands still."""

from plaza.operations.script import run_script

revision = "0015"
down_revision = "0014"

UPGRADE = """
CREATE TABLE projecting.parked (
    projection text NOT NULL,
    build integer NOT NULL,
    document text NOT NULL,
    key uuid NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    position bigint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    retry_at timestamptz NOT NULL,
    skip_upto bigint,
    error text NOT NULL,
    PRIMARY KEY (projection, build, document, key)
);
CREATE TABLE projecting.held_fact (
    projection text NOT NULL,
    build integer NOT NULL,
    document text NOT NULL,
    key uuid NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (projection, build, document, key, position),
    FOREIGN KEY (projection, build, document, key) REFERENCES projecting.parked ON DELETE CASCADE
);
CREATE TABLE projecting.stopped (
    projection text NOT NULL,
    build integer NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    retry_at timestamptz,
    error text NOT NULL,
    PRIMARY KEY (projection, build)
);
-- What readers are told: not what went wrong, which may quote what is not theirs.
GRANT SELECT (projection, build, document, key, since) ON projecting.parked TO plaza_reader;
CREATE VIEW projecting.parked_key WITH (security_invoker = true) AS
    SELECT p.projection, p.document, p.key, p.since FROM projecting.parked p
    JOIN projecting.build b USING (projection, build) WHERE b.status = 'live';
GRANT SELECT ON projecting.parked_key TO plaza_app, plaza_reader;
-- Operators ask through the application; the follower, which owns the rows, does what they ask.
GRANT SELECT, UPDATE (retry_at, skip_upto) ON projecting.parked TO plaza_app;
GRANT SELECT ON projecting.held_fact TO plaza_app;
GRANT SELECT, UPDATE (retry_at) ON projecting.stopped TO plaza_app;
-- Why somebody did it, where they had to say so.
ALTER TABLE writing.journal ADD COLUMN reason text;
"""


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script("""
        ALTER TABLE writing.journal DROP COLUMN reason;
        DROP VIEW projecting.parked_key;
        DROP TABLE projecting.stopped;
        DROP TABLE projecting.held_fact;
        DROP TABLE projecting.parked;
    """)
