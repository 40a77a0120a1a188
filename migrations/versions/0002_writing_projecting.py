"""What the command runner and the followers keep: idempotency keys, builds, steps."""

from plaza.operations.script import run_script

revision = "0002"
down_revision = "0001"

UPGRADE = """
CREATE SCHEMA writing;
GRANT USAGE ON SCHEMA writing TO plaza_app;
CREATE TABLE writing.idempotency (
    scope text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status smallint NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_created_at_idx ON writing.idempotency (created_at);
GRANT SELECT, INSERT, DELETE ON writing.idempotency TO plaza_app;

CREATE SCHEMA projecting;
GRANT USAGE ON SCHEMA projecting TO plaza_app, plaza_reader;
CREATE TABLE projecting.build (
    projection text NOT NULL,
    build integer NOT NULL,
    schema_version smallint NOT NULL,
    status text NOT NULL
        CHECK (status IN ('building', 'catching_up', 'verifying', 'live', 'retired', 'rejected')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (projection, build)
);
CREATE UNIQUE INDEX build_live_key ON projecting.build (projection) WHERE status = 'live';
CREATE TABLE projecting.step (
    projection text NOT NULL,
    build integer NOT NULL,
    shard smallint NOT NULL,
    number bigint NOT NULL,
    upto bigint NOT NULL,
    facts integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (projection, build, shard, number)
);
GRANT SELECT ON projecting.build, projecting.step TO plaza_app, plaza_reader;
-- The last command of a process writes the process's step in its own transaction.
GRANT INSERT ON projecting.step TO plaza_app;

CREATE SCHEMA read;
GRANT USAGE ON SCHEMA read TO plaza_app, plaza_reader;
"""


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script("DROP SCHEMA read, projecting, writing CASCADE")
