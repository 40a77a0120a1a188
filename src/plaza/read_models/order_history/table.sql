-- The policies ask for the scope once a statement and not once a row, hence their SELECTs.
CREATE TABLE read.order_history_v1_${build} (
    order_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    status text NOT NULL,
    document text NOT NULL
);
CREATE INDEX ON read.order_history_v1_${build} (account_id, order_id DESC);
CREATE INDEX ON read.order_history_v1_${build} (account_id, status, order_id DESC);
ALTER TABLE read.order_history_v1_${build} ENABLE ROW LEVEL SECURITY;
ALTER TABLE read.order_history_v1_${build} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON read.order_history_v1_${build}
    USING ((SELECT writing.scope_is_market()) OR account_id = (SELECT writing.scope_account()));
