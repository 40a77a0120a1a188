CREATE TABLE read.product_page_v1_${build} (
    product_id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    vendor_id uuid NOT NULL,
    category_id uuid,
    document text NOT NULL,
    offers jsonb NOT NULL
);
CREATE TABLE read.product_page_vendor_v1_${build} (
    vendor_id uuid PRIMARY KEY,
    listed boolean NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE read.product_page_category_v1_${build} (
    category_id uuid PRIMARY KEY,
    document text NOT NULL
);
