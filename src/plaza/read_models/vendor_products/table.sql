CREATE TABLE read.vendor_products_v1_${build} (
    product_id uuid NOT NULL,
    vendor_id uuid NOT NULL,
    status text NOT NULL,
    document text NOT NULL,
    PRIMARY KEY (vendor_id, product_id)
);
CREATE INDEX ON read.vendor_products_v1_${build} (product_id);
ALTER TABLE read.vendor_products_v1_${build} ENABLE ROW LEVEL SECURITY;
ALTER TABLE read.vendor_products_v1_${build} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON read.vendor_products_v1_${build}
    USING (writing.scope_is_market() OR vendor_id = writing.scope_vendor());
