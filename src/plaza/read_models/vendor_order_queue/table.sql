-- The policies ask for the scope once a statement and not once a row, hence their SELECTs.
CREATE TABLE read.vendor_order_queue_v1_${build} (
    vendor_order_id uuid PRIMARY KEY,
    vendor_id uuid NOT NULL,
    address_id uuid NOT NULL,
    status text NOT NULL,
    -- By bytes, so that a beginning is looked up in the index.
    digits text COLLATE "C" NOT NULL,
    placed_at timestamptz NOT NULL,
    accept_by timestamptz,
    document text NOT NULL
);
CREATE INDEX ON read.vendor_order_queue_v1_${build} (vendor_id, placed_at DESC, vendor_order_id DESC);
CREATE INDEX ON read.vendor_order_queue_v1_${build}
    (vendor_id, status, placed_at DESC, vendor_order_id DESC);
CREATE INDEX ON read.vendor_order_queue_v1_${build} (vendor_id, accept_by, vendor_order_id)
    WHERE accept_by IS NOT NULL;
CREATE INDEX ON read.vendor_order_queue_v1_${build} (vendor_id, digits);
ALTER TABLE read.vendor_order_queue_v1_${build} ENABLE ROW LEVEL SECURITY;
ALTER TABLE read.vendor_order_queue_v1_${build} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON read.vendor_order_queue_v1_${build}
    USING ((SELECT writing.scope_is_market()) OR vendor_id = (SELECT writing.scope_vendor()));

-- Lines stand apart, because they are many and a payment or an acceptance changes none of them.
CREATE TABLE read.vendor_order_queue_lines_v1_${build} (
    vendor_order_id uuid PRIMARY KEY,
    vendor_id uuid NOT NULL,
    lines text NOT NULL
);
ALTER TABLE read.vendor_order_queue_lines_v1_${build} ENABLE ROW LEVEL SECURITY;
ALTER TABLE read.vendor_order_queue_lines_v1_${build} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON read.vendor_order_queue_lines_v1_${build}
    USING ((SELECT writing.scope_is_market()) OR vendor_id = (SELECT writing.scope_vendor()));
