CREATE TABLE read.vendor_directory_v1_${build} (
    vendor_id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    document text NOT NULL
);
CREATE INDEX ON read.vendor_directory_v1_${build} (name, vendor_id);
