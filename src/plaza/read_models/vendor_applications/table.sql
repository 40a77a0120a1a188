CREATE TABLE read.vendor_applications_v2_${build} (
    vendor_id uuid PRIMARY KEY,
    status text NOT NULL,
    document text NOT NULL
);
CREATE INDEX ON read.vendor_applications_v2_${build} (status, vendor_id);
ALTER TABLE read.vendor_applications_v2_${build} ENABLE ROW LEVEL SECURITY;
ALTER TABLE read.vendor_applications_v2_${build} FORCE ROW LEVEL SECURITY;
CREATE POLICY market ON read.vendor_applications_v2_${build} USING (writing.scope_is_market());
