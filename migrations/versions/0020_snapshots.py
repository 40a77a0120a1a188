"""What the present state did not hold of what is shown, so that it can be told from there."""

from plaza.operations.script import run_script

revision = "0020"
down_revision = "0019"

# The owner is held to the policies too.
SEE_ALL = "SELECT set_config('plaza.scope', 'market', true)"

VENDORS = """
ALTER TABLE vendors.vendor ADD COLUMN submitted_at timestamptz;
UPDATE vendors.vendor v SET submitted_at = told.submitted_at
FROM (SELECT DISTINCT ON (aggregate_id) aggregate_id,
        (payload->>'submitted_at')::timestamptz AS submitted_at
    FROM outbox.event WHERE type = 'vendors.vendor_submitted.v1'
    ORDER BY aggregate_id, version DESC) told
WHERE told.aggregate_id = v.id;
"""

# The order of a row's movements: two of one millisecond may have ids in the other one.
MOVEMENTS = """
ALTER TABLE inventory.movement ADD COLUMN version bigint NOT NULL DEFAULT 0;
UPDATE inventory.movement m SET version = e.version,
    created_at = coalesce((e.payload->>'moved_at')::timestamptz, m.created_at)
FROM outbox.event e
WHERE e.type = 'inventory.stock_moved.v1' AND (e.payload->>'movement_id')::uuid = m.id;
"""

# They are written by the command, which tells the same time.
CREATED = """
UPDATE ordering.order_group o SET created_at = (e.payload->>'created_at')::timestamptz
FROM outbox.event e WHERE e.type = 'ordering.order_created.v1' AND e.aggregate_id = o.id;
UPDATE payments.payment p SET created_at = (e.payload->>'created_at')::timestamptz
FROM outbox.event e WHERE e.type = 'payments.payment_requested.v1' AND e.aggregate_id = p.id;
"""

# What was told last stays shown while another attempt is made, of which nothing is told yet.
TOLD = """
ALTER TABLE payments.payment ADD COLUMN told text, ADD COLUMN told_code text;
UPDATE payments.payment p SET told = last.type, told_code = last.code
FROM (SELECT DISTINCT ON (aggregate_id) aggregate_id, type, payload->>'code' AS code
    FROM outbox.event WHERE aggregate_type = 'payment'
    ORDER BY aggregate_id, version DESC, ordinal DESC) last
WHERE last.aggregate_id = p.id;
"""

SEEN = """
CREATE TABLE projecting.seen_fact (
    projection text NOT NULL,
    build integer NOT NULL,
    id bigint NOT NULL,
    PRIMARY KEY (projection, build, id)
);
"""

DOWNGRADE = """
DROP TABLE projecting.seen_fact;
ALTER TABLE payments.payment DROP COLUMN told, DROP COLUMN told_code;
ALTER TABLE inventory.movement DROP COLUMN version;
ALTER TABLE vendors.vendor DROP COLUMN submitted_at;
"""


def upgrade() -> None:
    run_script(SEE_ALL)
    run_script(VENDORS)
    run_script(MOVEMENTS)
    run_script(CREATED)
    run_script(TOLD)
    run_script(SEEN)


def downgrade() -> None:
    run_script(DOWNGRADE)
