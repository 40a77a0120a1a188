-- An order has one payment, so that its id names it; orders' ids sort by the time they were made.
CREATE TABLE read.payment_list_v1_${build} (
    order_id uuid PRIMARY KEY,
    provider text NOT NULL,
    status text NOT NULL,
    document text NOT NULL
);
CREATE INDEX ON read.payment_list_v1_${build} (status, order_id DESC);
CREATE INDEX ON read.payment_list_v1_${build} (provider, order_id DESC);
ALTER TABLE read.payment_list_v1_${build} ENABLE ROW LEVEL SECURITY;
ALTER TABLE read.payment_list_v1_${build} FORCE ROW LEVEL SECURITY;
CREATE POLICY market ON read.payment_list_v1_${build} USING (writing.scope_is_market());
