"""People and vendors."""

from plaza.operations.script import run_script

revision = "0003"
down_revision = "0002"

UPGRADE = """
CREATE SCHEMA identity;
GRANT USAGE ON SCHEMA identity TO plaza_app;
CREATE TABLE identity.account (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    email_normalized text NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    is_operator boolean NOT NULL DEFAULT false,
    email_verified_at timestamptz,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    erased_at timestamptz,
    CONSTRAINT account_email_key UNIQUE (email_normalized)
);
CREATE TABLE identity.session (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES identity.account,
    user_agent text,
    ip_address inet,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_used_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX session_account_id_idx ON identity.session (account_id);
CREATE TABLE identity.refresh_token (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES identity.session ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX refresh_token_session_id_idx ON identity.refresh_token (session_id);
CREATE TABLE identity.mail_token (
    token_hash bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES identity.account,
    purpose text NOT NULL CHECK (purpose IN ('verify_email', 'reset_password')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE TABLE identity.totp (
    account_id uuid PRIMARY KEY REFERENCES identity.account,
    secret_encrypted bytea NOT NULL,
    confirmed_at timestamptz,
    last_counter bigint
);

CREATE SCHEMA vendors;
GRANT USAGE ON SCHEMA vendors TO plaza_app;
CREATE TABLE vendors.vendor (
    id uuid PRIMARY KEY,
    slug text NOT NULL CONSTRAINT vendor_slug_key UNIQUE,
    name text NOT NULL,
    country text NOT NULL,
    currency text NOT NULL,
    contact_email text NOT NULL,
    description text NOT NULL,
    status text NOT NULL CHECK (status IN ('applied', 'invited', 'onboarding', 'in_review',
        'approved', 'rejected', 'suspended', 'closed')),
    status_reason text,
    paused_until timestamptz,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE vendors.member (
    vendor_id uuid NOT NULL REFERENCES vendors.vendor,
    account_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'manager', 'staff')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (vendor_id, account_id)
);
CREATE INDEX member_account_id_idx ON vendors.member (account_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA identity, vendors TO plaza_app;
"""

FUNCTIONS = """
-- What the scope of a transaction is. After a commit the setting is '' and not NULL.
CREATE FUNCTION writing.scope_vendor() RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT NULLIF(current_setting('plaza.vendor_id', true), '')::uuid $$;
CREATE FUNCTION writing.scope_account() RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT NULLIF(current_setting('plaza.account_id', true), '')::uuid $$;
CREATE FUNCTION writing.scope_is_market() RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT coalesce(current_setting('plaza.scope', true) = 'market', false) $$;
"""

POLICIES = """
ALTER TABLE identity.account ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.account FORCE ROW LEVEL SECURITY;
CREATE POLICY account_own ON identity.account
    USING (writing.scope_is_market() OR id = writing.scope_account());
ALTER TABLE identity.session ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.session FORCE ROW LEVEL SECURITY;
CREATE POLICY session_own ON identity.session
    USING (writing.scope_is_market() OR account_id = writing.scope_account());
ALTER TABLE identity.refresh_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.refresh_token FORCE ROW LEVEL SECURITY;
CREATE POLICY refresh_token_market ON identity.refresh_token
    USING (writing.scope_is_market());
ALTER TABLE identity.mail_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.mail_token FORCE ROW LEVEL SECURITY;
CREATE POLICY mail_token_market ON identity.mail_token USING (writing.scope_is_market());
ALTER TABLE identity.totp ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.totp FORCE ROW LEVEL SECURITY;
CREATE POLICY totp_own ON identity.totp
    USING (writing.scope_is_market() OR account_id = writing.scope_account());

ALTER TABLE vendors.vendor ENABLE ROW LEVEL SECURITY;
ALTER TABLE vendors.vendor FORCE ROW LEVEL SECURITY;
CREATE POLICY vendor_own ON vendors.vendor
    USING (writing.scope_is_market() OR id = writing.scope_vendor());
ALTER TABLE vendors.member ENABLE ROW LEVEL SECURITY;
ALTER TABLE vendors.member FORCE ROW LEVEL SECURITY;
CREATE POLICY member_own ON vendors.member
    USING (writing.scope_is_market() OR vendor_id = writing.scope_vendor());
"""


def upgrade() -> None:
    run_script(UPGRADE)
    run_script(FUNCTIONS)
    run_script(POLICIES)


def downgrade() -> None:
    run_script("DROP SCHEMA vendors CASCADE; DROP SCHEMA identity CASCADE")
    run_script("DROP FUNCTION writing.scope_vendor, writing.scope_account, writing.scope_is_market")
