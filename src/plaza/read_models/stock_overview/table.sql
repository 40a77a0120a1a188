-- Its counts change with every order line: free space on its pages keeps updates off the indexes.
CREATE TABLE read.stock_overview_v1_${build} (
    offer_id uuid PRIMARY KEY,
    vendor_id uuid NOT NULL,
    product_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    sku text,
    active boolean NOT NULL,
    on_hand bigint NOT NULL,
    reserved bigint NOT NULL,
    backordered bigint NOT NULL,
    low_at bigint,
    allows_backorder boolean NOT NULL,
    buckets smallint NOT NULL,
    locations jsonb NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX ON read.stock_overview_v1_${build} (vendor_id, offer_id);
-- A row for each vendor that offers the product, so that each reads rows of its own only.
CREATE TABLE read.stock_overview_product_v1_${build} (
    product_id uuid NOT NULL,
    vendor_id uuid NOT NULL,
    title text NOT NULL,
    options jsonb NOT NULL,
    PRIMARY KEY (product_id, vendor_id)
);
CREATE TABLE read.stock_overview_location_v1_${build} (
    location_id uuid PRIMARY KEY,
    vendor_id uuid NOT NULL,
    name text NOT NULL,
    is_default boolean NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX ON read.stock_overview_location_v1_${build} (vendor_id, location_id);
-- A row a fact, by far the most of all: one index is its key and serves its only question.
CREATE TABLE read.stock_overview_movement_v1_${build} (
    movement_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    vendor_id uuid NOT NULL,
    location_id uuid NOT NULL,
    order_id uuid,
    moved_at timestamptz,
    on_hand_delta bigint NOT NULL,
    reserved_delta bigint NOT NULL,
    backordered_delta bigint NOT NULL,
    on_hand bigint NOT NULL,
    reserved bigint NOT NULL,
    backordered bigint NOT NULL,
    kind text NOT NULL,
    reason text,
    PRIMARY KEY (offer_id, movement_id)
);

ALTER TABLE read.stock_overview_v1_${build} ENABLE ROW LEVEL SECURITY;
ALTER TABLE read.stock_overview_v1_${build} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON read.stock_overview_v1_${build}
    USING (writing.scope_is_market() OR vendor_id = writing.scope_vendor());
ALTER TABLE read.stock_overview_product_v1_${build} ENABLE ROW LEVEL SECURITY;
ALTER TABLE read.stock_overview_product_v1_${build} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON read.stock_overview_product_v1_${build}
    USING (writing.scope_is_market() OR vendor_id = writing.scope_vendor());
ALTER TABLE read.stock_overview_location_v1_${build} ENABLE ROW LEVEL SECURITY;
ALTER TABLE read.stock_overview_location_v1_${build} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON read.stock_overview_location_v1_${build}
    USING (writing.scope_is_market() OR vendor_id = writing.scope_vendor());
ALTER TABLE read.stock_overview_movement_v1_${build} ENABLE ROW LEVEL SECURITY;
ALTER TABLE read.stock_overview_movement_v1_${build} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON read.stock_overview_movement_v1_${build}
    USING (writing.scope_is_market() OR vendor_id = writing.scope_vendor());
