"""Mail requests, addresses that wait for a confirmation, what an erased account leaves."""

from plaza.operations.script import run_script

revision = "0006"
down_revision = "0005"

# The owner is held to the policies too.
SEE_ALL = "SELECT set_config('plaza.scope', 'market', true)"

# The text of a mail's link follows from the request's id, so that there is no secret to store.
MAIL_REQUESTS = """
DROP TABLE identity.mail_token;
CREATE TABLE identity.mail_request (
    id uuid PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('verify_email', 'already_registered',
        'reset_password', 'password_changed', 'account_erased')),
    email text NOT NULL,
    account_id uuid REFERENCES identity.account,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX mail_request_account_id_idx ON identity.mail_request (account_id);
CREATE INDEX mail_request_created_at_idx ON identity.mail_request (created_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.mail_request TO plaza_app;
ALTER TABLE identity.mail_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.mail_request FORCE ROW LEVEL SECURITY;
CREATE POLICY mail_request_own ON identity.mail_request
    USING (writing.scope_is_market() OR account_id = writing.scope_account());
"""

# Who comes by another provider has no password; who was erased has nothing left but the id.
ACCOUNTS = """
ALTER TABLE identity.account
    ALTER COLUMN password_hash DROP NOT NULL,
    ALTER COLUMN email DROP NOT NULL,
    ALTER COLUMN email_normalized DROP NOT NULL,
    ADD COLUMN pending_email text;
-- What the way down has put in the place of nothing.
UPDATE identity.account SET email = NULL, email_normalized = NULL, name = '', password_hash = NULL
    WHERE erased_at IS NOT NULL;
UPDATE identity.account SET password_hash = NULL WHERE password_hash = '!';
ALTER TABLE identity.account
    ADD CONSTRAINT account_reachable CHECK (
        erased_at IS NOT NULL OR (email IS NOT NULL AND email_normalized IS NOT NULL)),
    ADD CONSTRAINT account_erased_empty CHECK (
        erased_at IS NULL OR (email IS NULL AND email_normalized IS NULL AND name = ''
            AND password_hash IS NULL AND pending_email IS NULL));
"""

# What sweeps look for.
SWEPT = """
CREATE INDEX session_over_idx ON identity.session ((coalesce(revoked_at, expires_at)));
CREATE INDEX refresh_token_expires_at_idx ON identity.refresh_token (expires_at);
"""

# A mail cannot be undone, and an erased account has no address to go back to: both are left out.
DOWNGRADE = """
DROP INDEX identity.session_over_idx, identity.refresh_token_expires_at_idx;
ALTER TABLE identity.account
    DROP CONSTRAINT account_erased_empty,
    DROP CONSTRAINT account_reachable,
    DROP COLUMN pending_email;
UPDATE identity.account SET email = 'erased-' || id, email_normalized = 'erased-' || id
    WHERE email IS NULL;
UPDATE identity.account SET password_hash = '!' WHERE password_hash IS NULL;
ALTER TABLE identity.account
    ALTER COLUMN password_hash SET NOT NULL,
    ALTER COLUMN email SET NOT NULL,
    ALTER COLUMN email_normalized SET NOT NULL;
DROP TABLE identity.mail_request;
CREATE TABLE identity.mail_token (
    token_hash bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES identity.account,
    purpose text NOT NULL CHECK (purpose IN ('verify_email', 'reset_password')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.mail_token TO plaza_app;
ALTER TABLE identity.mail_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.mail_token FORCE ROW LEVEL SECURITY;
CREATE POLICY mail_token_market ON identity.mail_token USING (writing.scope_is_market());
"""


def upgrade() -> None:
    run_script(SEE_ALL)
    run_script(MAIL_REQUESTS)
    run_script(ACCOUNTS)
    run_script(SWEPT)


def downgrade() -> None:
    run_script(SEE_ALL)
    run_script(DOWNGRADE)
