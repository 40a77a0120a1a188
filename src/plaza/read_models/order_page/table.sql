-- The policies ask for the scope once a statement and not once a row, hence their SELECTs.
CREATE TABLE read.order_page_v2_${build} (
    order_id uuid PRIMARY KEY,
    account_id uuid,
    address_id uuid NOT NULL,
    document text NOT NULL,
    vendor_orders text NOT NULL
);
ALTER TABLE read.order_page_v2_${build} ENABLE ROW LEVEL SECURITY;
ALTER TABLE read.order_page_v2_${build} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON read.order_page_v2_${build}
    USING ((SELECT writing.scope_is_market()) OR account_id = (SELECT writing.scope_account())
        OR order_id = (SELECT writing.scope_order()));

-- Lines stand apart, because they are many and a payment or an acceptance changes none of them.
CREATE TABLE read.order_page_lines_v2_${build} (
    vendor_order_id uuid PRIMARY KEY,
    order_id uuid NOT NULL,
    vendor_id uuid NOT NULL,
    account_id uuid,
    lines text NOT NULL
);
CREATE INDEX ON read.order_page_lines_v2_${build} (order_id);
ALTER TABLE read.order_page_lines_v2_${build} ENABLE ROW LEVEL SECURITY;
ALTER TABLE read.order_page_lines_v2_${build} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON read.order_page_lines_v2_${build}
    USING ((SELECT writing.scope_is_market()) OR account_id = (SELECT writing.scope_account())
        OR order_id = (SELECT writing.scope_order()));

CREATE TABLE read.order_page_vendor_v2_${build} (
    vendor_id uuid PRIMARY KEY,
    document text NOT NULL
);
