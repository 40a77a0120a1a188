"""Mails to be sent."""

from plaza.operations.script import run_script

revision = "0009"
down_revision = "0008"

# What a mail says and to whom is read from its request when it is sent: neither an address nor a
# secret stands here.
UPGRADE = """
CREATE SCHEMA notifications;
GRANT USAGE ON SCHEMA notifications TO plaza_app;
CREATE TABLE notifications.mail (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('verify_email', 'already_registered', 'reset_password',
        'password_changed', 'account_erased', 'invitation')),
    status text NOT NULL DEFAULT 'pending'
        CHECK (status IN ('pending', 'sending', 'sent', 'dropped', 'failed')),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    leased_until timestamptz,
    last_error text,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    sent_at timestamptz,
    CONSTRAINT mail_lease CHECK ((status = 'sending') = (leased_until IS NOT NULL)),
    CONSTRAINT mail_sent CHECK ((status = 'sent') = (sent_at IS NOT NULL))
);
-- What the sender looks for twice a second; where a sender has died, it is due when the lease ends.
CREATE INDEX mail_due_idx ON notifications.mail (next_attempt_at)
    WHERE status IN ('pending', 'sending');
CREATE INDEX mail_status_idx ON notifications.mail (status, id);
GRANT SELECT, INSERT, UPDATE, DELETE ON notifications.mail TO plaza_app;
ALTER TABLE notifications.mail ENABLE ROW LEVEL SECURITY;
ALTER TABLE notifications.mail FORCE ROW LEVEL SECURITY;
CREATE POLICY mail_market ON notifications.mail USING (writing.scope_is_market());
"""


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script("DROP SCHEMA notifications CASCADE")
