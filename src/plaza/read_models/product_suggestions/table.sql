-- A row for each word that a title may be found by.
CREATE TABLE read.product_suggestions_v1_${build} (
    product_id uuid NOT NULL,
    place smallint NOT NULL,
    key text COLLATE "C" NOT NULL,
    sellers text NOT NULL,
    item text NOT NULL,
    PRIMARY KEY (product_id, place)
);
CREATE INDEX ON read.product_suggestions_v1_${build} (key, product_id);
CREATE TABLE read.product_suggestions_vendor_v1_${build} (
    vendor_id uuid PRIMARY KEY,
    listed boolean NOT NULL
);
