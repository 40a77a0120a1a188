CREATE TABLE read.bestsellers_v1_${build} (
    product_id uuid NOT NULL,
    currency text NOT NULL,
    category_id uuid,
    sellers text NOT NULL,
    cards text NOT NULL,
    PRIMARY KEY (product_id, currency)
);

-- What an order was for is nobody's business; only the sums of all of them are public.
CREATE TABLE read.bestsellers_sale_v1_${build} (
    vendor_order_id uuid NOT NULL,
    product_id uuid NOT NULL,
    units bigint NOT NULL,
    PRIMARY KEY (vendor_order_id, product_id)
);
ALTER TABLE read.bestsellers_sale_v1_${build} ENABLE ROW LEVEL SECURITY;
ALTER TABLE read.bestsellers_sale_v1_${build} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON read.bestsellers_sale_v1_${build}
    USING ((SELECT writing.scope_is_market()));

CREATE TABLE read.bestsellers_units_v1_${build} (
    product_id uuid PRIMARY KEY,
    units bigint NOT NULL
);
CREATE INDEX ON read.bestsellers_units_v1_${build} (units DESC, product_id DESC);

-- A fact names an order and no product, so that no fold could add up what a product sold. Here each
-- change of a sale moves its sum by as much, in the same statement.
CREATE FUNCTION read.bestsellers_sum_up_v1_${build}() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    IF TG_OP <> ''INSERT'' THEN
        UPDATE read.bestsellers_units_v1_${build} u SET units = u.units - sold.units
        FROM (SELECT product_id, sum(units) AS units FROM before GROUP BY product_id) sold
        WHERE u.product_id = sold.product_id;
    END IF;
    IF TG_OP <> ''DELETE'' THEN
        INSERT INTO read.bestsellers_units_v1_${build} AS u (product_id, units)
        SELECT product_id, sum(units) FROM after GROUP BY product_id
        ON CONFLICT (product_id) DO UPDATE SET units = u.units + excluded.units;
    END IF;
    RETURN NULL;
END';
CREATE TRIGGER sold AFTER INSERT ON read.bestsellers_sale_v1_${build}
    REFERENCING NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION read.bestsellers_sum_up_v1_${build}();
CREATE TRIGGER changed AFTER UPDATE ON read.bestsellers_sale_v1_${build}
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION read.bestsellers_sum_up_v1_${build}();
CREATE TRIGGER taken_back AFTER DELETE ON read.bestsellers_sale_v1_${build}
    REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION read.bestsellers_sum_up_v1_${build}();

CREATE TABLE read.bestsellers_vendor_v1_${build} (
    vendor_id uuid PRIMARY KEY,
    listed boolean NOT NULL
);
CREATE TABLE read.bestsellers_category_v1_${build} (
    category_id uuid PRIMARY KEY,
    parent_id uuid,
    slug text NOT NULL
);
