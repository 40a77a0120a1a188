"""The log of facts: events, their positions, the sequencer's ticks, the log's epochs."""

from plaza.operations.script import run_script

revision = "0001"
down_revision = None

UPGRADE = """
CREATE SCHEMA outbox;
GRANT USAGE ON SCHEMA outbox TO plaza_app, plaza_reader;

CREATE TABLE outbox.event (
    id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    event_id uuid NOT NULL,
    type text NOT NULL,
    schema_version smallint NOT NULL,
    aggregate_type text NOT NULL,
    aggregate_id uuid NOT NULL,
    version bigint NOT NULL,
    ordinal smallint NOT NULL,
    vendor_id uuid,
    account_id uuid,
    actor text NOT NULL,
    command text NOT NULL,
    correlation_id uuid NOT NULL,
    causation_id uuid,
    trace text,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
) PARTITION BY RANGE (id);
CREATE INDEX event_txid_idx ON outbox.event (txid);

-- Not forced: the sequencer and the followers read the log as its owner. A command sees only
-- what its own transaction appended, which is what RETURNING id needs.
ALTER TABLE outbox.event ENABLE ROW LEVEL SECURITY;
CREATE POLICY event_append ON outbox.event FOR INSERT TO plaza_app WITH CHECK (true);
CREATE POLICY event_own_transaction ON outbox.event FOR SELECT TO plaza_app
    USING (txid = pg_current_xact_id_if_assigned());
CREATE POLICY event_age ON outbox.event FOR SELECT TO plaza_reader USING (true);
GRANT INSERT, SELECT ON outbox.event TO plaza_app;
GRANT SELECT (id, created_at) ON outbox.event TO plaza_reader;

CREATE TABLE outbox.position (
    position bigint PRIMARY KEY,
    id bigint NOT NULL UNIQUE
);
CREATE TABLE outbox.tick (
    number bigint PRIMARY KEY,
    next bigint NOT NULL,
    snapshot pg_snapshot NOT NULL,
    floor bigint NOT NULL
);
CREATE TABLE outbox.epoch (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    epoch_id uuid NOT NULL DEFAULT gen_random_uuid(),
    identity text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT ON outbox.position, outbox.epoch TO plaza_app, plaza_reader;
INSERT INTO outbox.tick (number, next, snapshot, floor) VALUES (1, 1, pg_current_snapshot(), 0);
"""


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script("DROP SCHEMA outbox CASCADE")
