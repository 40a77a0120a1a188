CREATE TABLE read.vendor_directory_v2_${build} (
    vendor_id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    document text NOT NULL
);
CREATE INDEX ON read.vendor_directory_v2_${build} (name, vendor_id);
CREATE TABLE read.vendor_directory_former_slug_v2_${build} (
    vendor_id uuid NOT NULL,
    slug text NOT NULL,
    PRIMARY KEY (vendor_id, slug)
);
CREATE INDEX ON read.vendor_directory_former_slug_v2_${build} (slug);
