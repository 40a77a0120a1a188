-- One row for each vendor that a product can be bought from in a currency, best first: rank 0 is
-- the one to show while its vendor is listed.
CREATE TABLE read.product_listing_v2_${build} (
    product_id uuid NOT NULL,
    currency text NOT NULL,
    rank smallint NOT NULL,
    vendor_id uuid NOT NULL,
    category_id uuid,
    brand text,
    price_minor bigint NOT NULL,
    in_stock boolean NOT NULL,
    published_at timestamptz NOT NULL,
    vendor_count smallint NOT NULL, -- Of the product, whether or not they are listed.
    offer_count integer NOT NULL, -- Of this vendor.
    price_max_minor bigint NOT NULL, -- Of this vendor.
    card text NOT NULL,
    PRIMARY KEY (product_id, currency, rank)
);
CREATE INDEX ON read.product_listing_v2_${build} (currency, published_at DESC, product_id DESC);
CREATE INDEX ON read.product_listing_v2_${build} (currency, price_minor, product_id);
CREATE INDEX ON read.product_listing_v2_${build} (category_id, currency, price_minor, product_id);
CREATE INDEX ON read.product_listing_v2_${build} (vendor_id, currency, published_at DESC, product_id DESC);
CREATE INDEX ON read.product_listing_v2_${build} (vendor_id, currency, price_minor, product_id);

CREATE TABLE read.product_listing_vendor_v2_${build} (
    vendor_id uuid PRIMARY KEY,
    slug text NOT NULL,
    listed boolean NOT NULL,
    document text NOT NULL
);
CREATE TABLE read.product_listing_former_slug_v2_${build} (
    vendor_id uuid NOT NULL,
    slug text NOT NULL,
    PRIMARY KEY (vendor_id, slug)
);
CREATE INDEX ON read.product_listing_former_slug_v2_${build} (slug);
CREATE TABLE read.product_listing_category_v2_${build} (
    category_id uuid PRIMARY KEY,
    parent_id uuid,
    slug text NOT NULL,
    document text NOT NULL
);
