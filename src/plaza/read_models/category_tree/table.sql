CREATE TABLE read.category_tree_v1_${build} (
    category_id uuid PRIMARY KEY,
    parent_id uuid,
    slug text NOT NULL,
    name text NOT NULL,
    rank integer NOT NULL
);
-- A row for each published product and vendor that offers it.
CREATE TABLE read.category_tree_product_v1_${build} (
    product_id uuid NOT NULL,
    vendor_id uuid NOT NULL,
    category_id uuid NOT NULL,
    PRIMARY KEY (product_id, vendor_id)
);
CREATE TABLE read.category_tree_vendor_v1_${build} (
    vendor_id uuid PRIMARY KEY,
    listed boolean NOT NULL
);
