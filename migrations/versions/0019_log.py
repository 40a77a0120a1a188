"""Lag, for those who may not read the log: what has no position yet, how far ids have come."""

from plaza.operations.script import run_script

revision = "0019"
down_revision = "0018"

# The sequencer's own question: what its next tick will place, and nothing else. Told what it is
# looked for by, each time anew: a plan for any snapshot would read the whole log.
UPGRADE = """
CREATE FUNCTION outbox.unsequenced(counted_max integer)
    RETURNS TABLE (facts bigint, oldest_at timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    last record;
BEGIN
    SELECT t.snapshot, t.floor INTO last FROM outbox.tick t ORDER BY t.number DESC LIMIT 1;
    RETURN QUERY EXECUTE '
        SELECT count(*), min(created_at) FROM (
            (SELECT created_at FROM outbox.event
             WHERE id > $1 AND txid = ANY ($2) LIMIT $4)
            UNION ALL
            (SELECT created_at FROM outbox.event
             WHERE id > $1 AND txid >= $3 ORDER BY txid LIMIT $4)) unplaced'
        USING last.floor, ARRAY(SELECT pg_snapshot_xip(last.snapshot)),
            pg_snapshot_xmax(last.snapshot), counted_max;
END
$$;
REVOKE ALL ON FUNCTION outbox.unsequenced FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbox.unsequenced TO plaza_app, plaza_reader;
GRANT SELECT ON SEQUENCE outbox.event_id_seq TO plaza_reader;
GRANT SELECT (projection, build, since) ON projecting.stopped TO plaza_reader;

-- What retention took away: of positions up to this one some are missing, of ids all.
CREATE TABLE outbox.dropped (
    last_position bigint NOT NULL,
    last_id bigint PRIMARY KEY,
    dropped_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT ON outbox.dropped TO plaza_app, plaza_reader;
"""


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script("""
        DROP TABLE outbox.dropped;
        DROP FUNCTION outbox.unsequenced;
        REVOKE SELECT ON SEQUENCE outbox.event_id_seq FROM plaza_reader;
        REVOKE SELECT (projection, build, since) ON projecting.stopped FROM plaza_reader;
    """)
