"""Stock that is reserved: reservations, how offers are stocked, the scopes of shoppers."""

from plaza.operations.script import run_script

revision = "0010"
down_revision = "0009"

# A command of two transactions finishes in the second what it has kept in the first.
WRITING = """
GRANT UPDATE ON writing.idempotency TO plaza_app;
CREATE FUNCTION writing.scope_cart() RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT NULLIF(current_setting('plaza.cart_id', true), '')::uuid $$;
CREATE FUNCTION writing.scope_order() RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT NULLIF(current_setting('plaza.order_id', true), '')::uuid $$;
CREATE FUNCTION writing.scope_is_checkout() RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT coalesce(current_setting('plaza.scope', true) = 'checkout', false) $$;
"""

INVENTORY = """
ALTER TABLE inventory.stock
    ADD COLUMN backordered bigint NOT NULL DEFAULT 0
        CONSTRAINT stock_backordered_not_negative CHECK (backordered >= 0),
    -- Into how many rows the offer is spread at each location: here too, because a row that was
    -- waited for is judged anew, and what is joined to it is not.
    ADD COLUMN buckets smallint NOT NULL DEFAULT 1 CHECK (buckets BETWEEN 1 AND 64);
ALTER TABLE inventory.movement
    ADD COLUMN backordered_delta bigint NOT NULL DEFAULT 0,
    ADD COLUMN order_id uuid;
-- What was reserved a moment ago, and how often, is asked every few seconds.
CREATE INDEX movement_created_at_idx ON inventory.movement
    USING brin (created_at) WITH (pages_per_range = 16, autosummarize = on);
CREATE TABLE inventory.stocking (
    offer_id uuid PRIMARY KEY,
    vendor_id uuid NOT NULL,
    product_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    allows_backorder boolean NOT NULL DEFAULT false,
    low_at bigint CHECK (low_at >= 0),
    buckets smallint NOT NULL DEFAULT 1 CHECK (buckets BETWEEN 1 AND 64),
    is_low boolean NOT NULL DEFAULT false,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- One row a line and stock row. Who holds it is a cart or an order.
CREATE TABLE inventory.reservation (
    id uuid PRIMARY KEY,
    stock_id uuid NOT NULL REFERENCES inventory.stock,
    offer_id uuid NOT NULL,
    vendor_id uuid NOT NULL,
    cart_id uuid,
    order_id uuid,
    vendor_order_id uuid,
    line_id uuid NOT NULL,
    quantity bigint NOT NULL CHECK (quantity >= 0),
    backordered bigint NOT NULL DEFAULT 0 CHECK (backordered >= 0),
    status text NOT NULL
        CHECK (status IN ('held', 'committed', 'fulfilled', 'released', 'expired')),
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT reservation_has_a_holder CHECK (num_nonnulls(cart_id, order_id) = 1),
    CONSTRAINT reservation_has_or_waits CHECK (quantity = 0 OR backordered = 0)
) WITH (fillfactor = 80);
CREATE INDEX reservation_order_id_idx ON inventory.reservation (order_id)
    WHERE order_id IS NOT NULL;
CREATE INDEX reservation_cart_id_idx ON inventory.reservation (cart_id)
    WHERE cart_id IS NOT NULL AND status = 'held';
CREATE INDEX reservation_expires_at_idx ON inventory.reservation (expires_at)
    WHERE cart_id IS NOT NULL AND status = 'held';
CREATE INDEX reservation_stock_id_idx ON inventory.reservation (stock_id)
    WHERE status IN ('held', 'committed');
CREATE INDEX reservation_waiting_idx ON inventory.reservation (stock_id)
    WHERE status IN ('held', 'committed') AND backordered > 0;
GRANT SELECT, INSERT, UPDATE ON inventory.stocking, inventory.reservation TO plaza_app;
"""

OWN_ROWS = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON {table}
    USING (writing.scope_is_market() OR vendor_id = writing.scope_vendor());
"""

# A shopper's commands see what is offered, and take from its stock.
CHECKOUT = """
CREATE POLICY checkout ON vendors.vendor FOR SELECT USING (writing.scope_is_checkout());
CREATE POLICY checkout ON catalog.product FOR SELECT USING (writing.scope_is_checkout());
CREATE POLICY checkout ON catalog.variant FOR SELECT USING (writing.scope_is_checkout());
CREATE POLICY checkout ON catalog.offer FOR SELECT USING (writing.scope_is_checkout());
CREATE POLICY checkout ON catalog.offer_price FOR SELECT USING (writing.scope_is_checkout());
CREATE POLICY checkout ON inventory.location FOR SELECT USING (writing.scope_is_checkout());
CREATE POLICY checkout ON inventory.stocking FOR SELECT USING (writing.scope_is_checkout());
CREATE POLICY checkout ON inventory.stock USING (writing.scope_is_checkout());
CREATE POLICY checkout ON inventory.movement USING (writing.scope_is_checkout());
CREATE POLICY checkout ON inventory.reservation USING (writing.scope_is_checkout());
"""

OWNED_TABLES = ("inventory.stocking", "inventory.reservation")

DOWNGRADE = """
DROP POLICY checkout ON inventory.movement;
DROP POLICY checkout ON inventory.stock;
DROP POLICY checkout ON inventory.location;
DROP POLICY checkout ON catalog.offer_price;
DROP POLICY checkout ON catalog.offer;
DROP POLICY checkout ON catalog.variant;
DROP POLICY checkout ON catalog.product;
DROP POLICY checkout ON vendors.vendor;
DROP TABLE inventory.reservation, inventory.stocking;
DROP INDEX inventory.movement_created_at_idx;
ALTER TABLE inventory.movement DROP COLUMN order_id, DROP COLUMN backordered_delta;
ALTER TABLE inventory.stock DROP COLUMN buckets, DROP COLUMN backordered;
DROP FUNCTION writing.scope_is_checkout, writing.scope_order, writing.scope_cart;
REVOKE UPDATE ON writing.idempotency FROM plaza_app;
"""


def upgrade() -> None:
    run_script(WRITING)
    run_script(INVENTORY)
    for table in OWNED_TABLES:
        run_script(OWN_ROWS.format(table=table))
    run_script(CHECKOUT)


def downgrade() -> None:
    run_script(DOWNGRADE)
