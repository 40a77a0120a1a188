"""TOTP with recovery codes, and accounts of other providers."""

from plaza.operations.script import run_script

revision = "0007"
down_revision = "0006"

TOTP = """
ALTER TABLE identity.totp
    ADD COLUMN failed_count integer NOT NULL DEFAULT 0 CHECK (failed_count >= 0),
    ADD COLUMN locked_until timestamptz;
CREATE TABLE identity.recovery_code (
    account_id uuid NOT NULL REFERENCES identity.account,
    code_hash bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (account_id, code_hash)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.recovery_code TO plaza_app;
ALTER TABLE identity.recovery_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.recovery_code FORCE ROW LEVEL SECURITY;
CREATE POLICY recovery_code_own ON identity.recovery_code
    USING (writing.scope_is_market() OR account_id = writing.scope_account());
"""

# An attempt is kept for as long as the browser's cookie could bring it again.
OIDC = """
CREATE TABLE identity.oidc_identity (
    issuer text NOT NULL,
    subject text NOT NULL,
    account_id uuid NOT NULL REFERENCES identity.account,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX oidc_identity_account_id_idx ON identity.oidc_identity (account_id);
CREATE TABLE identity.oidc_attempt (
    id uuid PRIMARY KEY,
    used_at timestamptz NOT NULL
);
CREATE INDEX oidc_attempt_used_at_idx ON identity.oidc_attempt (used_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.oidc_identity, identity.oidc_attempt TO plaza_app;
ALTER TABLE identity.oidc_identity ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.oidc_identity FORCE ROW LEVEL SECURITY;
CREATE POLICY oidc_identity_own ON identity.oidc_identity
    USING (writing.scope_is_market() OR account_id = writing.scope_account());
ALTER TABLE identity.oidc_attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.oidc_attempt FORCE ROW LEVEL SECURITY;
CREATE POLICY oidc_attempt_market ON identity.oidc_attempt USING (writing.scope_is_market());
"""


def upgrade() -> None:
    run_script(TOTP)
    run_script(OIDC)


def downgrade() -> None:
    run_script("""
    DROP TABLE identity.oidc_attempt, identity.oidc_identity, identity.recovery_code;
    ALTER TABLE identity.totp DROP COLUMN failed_count, DROP COLUMN locked_until;
    """)
