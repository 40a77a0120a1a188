"""Members, invitations, API keys, requirements, slugs that were."""

from plaza.operations.script import run_script

revision = "0008"
down_revision = "0007"

# A member has an id of its own, because somebody who leaves and comes back is told of as another.
VENDORS = """
ALTER TABLE vendors.vendor
    ADD COLUMN paused_at timestamptz,
    ADD CONSTRAINT vendor_pause_has_begun CHECK (paused_until IS NULL OR paused_at IS NOT NULL);
CREATE INDEX vendor_paused_until_idx ON vendors.vendor (paused_until)
    WHERE paused_until IS NOT NULL;
ALTER TABLE vendors.member
    ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT member_id_key UNIQUE,
    ADD COLUMN version bigint NOT NULL DEFAULT 1;
"""

TABLES = """
CREATE TABLE vendors.former_slug (
    slug text PRIMARY KEY,
    vendor_id uuid NOT NULL REFERENCES vendors.vendor,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX former_slug_vendor_id_idx ON vendors.former_slug (vendor_id);
CREATE TABLE vendors.invitation (
    id uuid PRIMARY KEY,
    vendor_id uuid NOT NULL REFERENCES vendors.vendor,
    email text NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'manager', 'staff')),
    invited_by uuid,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT invitation_ends_once CHECK (accepted_at IS NULL OR revoked_at IS NULL)
);
CREATE INDEX invitation_vendor_id_idx ON vendors.invitation (vendor_id, id);
CREATE TABLE vendors.api_key (
    id uuid PRIMARY KEY,
    vendor_id uuid NOT NULL REFERENCES vendors.vendor,
    name text NOT NULL,
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    secret_hash bytea NOT NULL CONSTRAINT api_key_secret_hash_key UNIQUE,
    hint text NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX api_key_vendor_id_idx ON vendors.api_key (vendor_id, id);
CREATE TRIGGER api_key_standing AFTER UPDATE OF revoked_at, expires_at, scopes OR DELETE
    ON vendors.api_key FOR EACH ROW EXECUTE FUNCTION writing.note_standing_change('id');
CREATE TABLE vendors.requirement (
    id uuid PRIMARY KEY,
    key text NOT NULL CONSTRAINT requirement_key_key UNIQUE,
    label text NOT NULL,
    description text NOT NULL,
    required boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE vendors.requirement_answer (
    id uuid PRIMARY KEY,
    vendor_id uuid NOT NULL REFERENCES vendors.vendor,
    requirement_id uuid NOT NULL REFERENCES vendors.requirement ON DELETE CASCADE,
    answer text NOT NULL,
    version bigint NOT NULL,
    answered_at timestamptz NOT NULL,
    CONSTRAINT requirement_answer_key UNIQUE (vendor_id, requirement_id)
);
CREATE INDEX requirement_answer_requirement_id_idx ON vendors.requirement_answer (requirement_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON vendors.former_slug, vendors.invitation, vendors.api_key,
    vendors.requirement, vendors.requirement_answer TO plaza_app;
"""

OWN_ROWS = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON {table}
    USING (writing.scope_is_market() OR vendor_id = writing.scope_vendor());
"""

# Slugs are public, and whoever wants one has to learn that it is kept for another vendor.
FORMER_SLUGS = """
CREATE POLICY everybody ON vendors.former_slug FOR SELECT USING (true);
"""

# What is asked of vendors is the operator's to say and every vendor's to read.
REQUIREMENTS = """
ALTER TABLE vendors.requirement ENABLE ROW LEVEL SECURITY;
ALTER TABLE vendors.requirement FORCE ROW LEVEL SECURITY;
CREATE POLICY market ON vendors.requirement USING (writing.scope_is_market());
CREATE POLICY everybody ON vendors.requirement FOR SELECT USING (true);
"""

OWNED_TABLES = (
    "vendors.former_slug",
    "vendors.invitation",
    "vendors.api_key",
    "vendors.requirement_answer",
)

DOWNGRADE = """
DROP TABLE vendors.requirement_answer, vendors.requirement, vendors.api_key, vendors.invitation,
    vendors.former_slug;
ALTER TABLE vendors.member DROP COLUMN version, DROP COLUMN id;
DROP INDEX vendors.vendor_paused_until_idx;
ALTER TABLE vendors.vendor DROP COLUMN paused_at;
"""


def upgrade() -> None:
    run_script(VENDORS)
    run_script(TABLES)
    for table in OWNED_TABLES:
        run_script(OWN_ROWS.format(table=table))
    run_script(FORMER_SLUGS)
    run_script(REQUIREMENTS)


def downgrade() -> None:
    run_script(DOWNGRADE)
