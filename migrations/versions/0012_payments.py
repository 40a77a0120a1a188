"""Payments: what was asked of providers and what they said, and each vendor's share of it."""

from plaza.operations.script import run_script

revision = "0012"
down_revision = "0011"

PAYMENTS = """
CREATE SCHEMA payments;
GRANT USAGE ON SCHEMA payments TO plaza_app;
CREATE TABLE payments.payment (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL CONSTRAINT payment_order_key UNIQUE,
    account_id uuid,
    provider text NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    status text NOT NULL CHECK (status IN ('none', 'pending', 'authorized', 'partially_paid',
        'paid', 'overpaid', 'partially_refunded', 'refunded', 'voided', 'failed')),
    authorized_minor bigint NOT NULL DEFAULT 0,
    captured_minor bigint NOT NULL DEFAULT 0,
    voided_minor bigint NOT NULL DEFAULT 0,
    refunded_minor bigint NOT NULL DEFAULT 0,
    -- The attempt that counts: the last one that was begun.
    operation_id uuid,
    -- The attempt whose approval counts; a second one that is approved too is given back.
    authorization_id uuid,
    provider_reference text,
    open_attempts integer NOT NULL DEFAULT 0 CHECK (open_attempts >= 0),
    -- Why the last attempt came to nothing.
    code text,
    next_action jsonb,
    -- Until then one process alone may ask the provider for the outcome of the open attempt.
    claimed_until timestamptz,
    -- When a payment without outcome is looked after next; NULL: it has one.
    next_check_at timestamptz,
    checks integer NOT NULL DEFAULT 0,
    -- Until when the shopper may bring a pending payment to an end.
    expires_at timestamptz NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 80);
CREATE INDEX payment_next_check_at_idx ON payments.payment (next_check_at)
    WHERE next_check_at IS NOT NULL;
CREATE INDEX payment_account_id_idx ON payments.payment (account_id)
    WHERE account_id IS NOT NULL;
CREATE TABLE payments.share (
    id uuid PRIMARY KEY,
    payment_id uuid NOT NULL REFERENCES payments.payment,
    order_id uuid NOT NULL,
    vendor_order_id uuid NOT NULL CONSTRAINT share_vendor_order_key UNIQUE,
    vendor_id uuid NOT NULL,
    account_id uuid,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    authorized_minor bigint NOT NULL DEFAULT 0,
    captured_minor bigint NOT NULL DEFAULT 0,
    voided_minor bigint NOT NULL DEFAULT 0,
    refunded_minor bigint NOT NULL DEFAULT 0,
    -- Asked for and not yet confirmed, so that nothing is taken or given back twice; what is to be
    -- voided is a part of what is to be returned.
    capturing_minor bigint NOT NULL DEFAULT 0 CHECK (capturing_minor >= 0),
    returning_minor bigint NOT NULL DEFAULT 0,
    voiding_minor bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT share_gives_back_what_it_got CHECK (
        0 <= refunded_minor AND refunded_minor <= captured_minor
        AND 0 <= voided_minor AND 0 <= voiding_minor AND voiding_minor <= returning_minor
        AND captured_minor + voided_minor <= greatest(authorized_minor, captured_minor))
) WITH (fillfactor = 80);
CREATE INDEX share_payment_id_idx ON payments.share (payment_id);
CREATE INDEX share_order_id_idx ON payments.share (order_id);
-- What is asked of the provider, under a key that makes asking again harmless.
CREATE TABLE payments.operation (
    id uuid PRIMARY KEY,
    payment_id uuid NOT NULL REFERENCES payments.payment,
    order_id uuid NOT NULL,
    vendor_order_id uuid,
    vendor_id uuid,
    account_id uuid,
    kind text NOT NULL CHECK (kind IN ('authorization', 'charge', 'refund', 'void')),
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    currency text NOT NULL,
    status text NOT NULL CHECK (status IN ('requested', 'succeeded', 'failed')),
    -- Of an authorization: what the provider calls it.
    provider_reference text,
    -- Of what gives back an authorization that does not count: which one.
    authorization_id uuid,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    claimed_until timestamptz,
    last_error text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 80);
CREATE INDEX operation_payment_id_idx ON payments.operation (payment_id);
CREATE INDEX operation_next_attempt_at_idx ON payments.operation (next_attempt_at)
    WHERE next_attempt_at IS NOT NULL;
-- Immutable: amounts derive from these.
CREATE TABLE payments.payment_event (
    id uuid PRIMARY KEY,
    payment_id uuid NOT NULL REFERENCES payments.payment,
    order_id uuid NOT NULL,
    operation_id uuid NOT NULL REFERENCES payments.operation,
    vendor_order_id uuid,
    vendor_id uuid,
    account_id uuid,
    kind text NOT NULL CHECK (kind IN ('authorization', 'charge', 'refund', 'void', 'adjusted',
        'action_required', 'dispute_opened', 'dispute_won', 'dispute_lost')),
    outcome text NOT NULL CHECK (outcome IN ('requested', 'succeeded', 'failed')),
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    provider_reference text,
    code text,
    -- Of an authorization that came after another one had been approved: no part of the amounts.
    is_excess boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT payment_event_once_key UNIQUE (operation_id, kind, outcome)
);
CREATE INDEX payment_event_payment_id_idx ON payments.payment_event (payment_id);
CREATE TABLE payments.webhook (
    provider text NOT NULL,
    event_id text NOT NULL,
    type text NOT NULL,
    operation_id uuid,
    payment_id uuid,
    outcome text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (provider, event_id)
);
CREATE INDEX webhook_received_at_idx ON payments.webhook (received_at);
GRANT SELECT, INSERT, UPDATE ON payments.payment, payments.share, payments.operation TO plaza_app;
GRANT SELECT, INSERT ON payments.payment_event TO plaza_app;
GRANT SELECT, INSERT, DELETE ON payments.webhook TO plaza_app;
"""

OWN_ROWS = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON {table}
    USING (writing.scope_is_market() OR account_id = writing.scope_account()
        OR order_id = writing.scope_order());
"""

VENDORS_TOO = """
CREATE POLICY of_vendor ON {table} USING (vendor_id = writing.scope_vendor());
"""

INBOX = """
ALTER TABLE payments.webhook ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments.webhook FORCE ROW LEVEL SECURITY;
CREATE POLICY market ON payments.webhook USING (writing.scope_is_market());
"""


def upgrade() -> None:
    run_script(PAYMENTS)
    tables = ("payment", "share", "operation", "payment_event")
    for table in tables:
        run_script(OWN_ROWS.format(table=f"payments.{table}"))
    for table in tables[1:]:
        run_script(VENDORS_TOO.format(table=f"payments.{table}"))
    run_script(INBOX)


def downgrade() -> None:
    run_script("DROP SCHEMA payments CASCADE")
