"""Carts, orders, their addresses; the rate of tax that a vendor's prices include."""

from plaza.operations.script import run_script

revision = "0011"
down_revision = "0010"

# The owner is held to the policies too.
SEE_ALL = "SELECT set_config('plaza.scope', 'market', true)"

VENDORS = """
ALTER TABLE vendors.vendor ADD COLUMN tax_rate numeric(7, 6) NOT NULL DEFAULT 0
    CONSTRAINT vendor_tax_rate_is_a_rate CHECK (tax_rate >= 0 AND tax_rate < 1);
"""

# What names a person stands in ordering.address and nowhere else, so that it can be forgotten.
CARTS = """
CREATE SCHEMA ordering;
GRANT USAGE ON SCHEMA ordering TO plaza_app;
CREATE TABLE ordering.cart (
    id uuid PRIMARY KEY,
    account_id uuid,
    currency text NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'completing', 'completed', 'merged')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX cart_account_id_idx ON ordering.cart (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX cart_expires_at_idx ON ordering.cart (expires_at);
CREATE TABLE ordering.cart_line (
    id uuid PRIMARY KEY,
    cart_id uuid NOT NULL REFERENCES ordering.cart ON DELETE CASCADE,
    offer_id uuid NOT NULL,
    vendor_id uuid NOT NULL,
    product_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    quantity bigint NOT NULL CHECK (quantity > 0),
    unit_price_minor bigint NOT NULL CHECK (unit_price_minor >= 0),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT cart_line_offer_key UNIQUE (cart_id, offer_id)
);
"""

ORDERS = """
CREATE SEQUENCE ordering.order_number;
GRANT USAGE ON SEQUENCE ordering.order_number TO plaza_app;
CREATE TABLE ordering.order_group (
    id uuid PRIMARY KEY,
    number text NOT NULL CONSTRAINT order_number_key UNIQUE,
    cart_id uuid NOT NULL,
    account_id uuid,
    address_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'placed', 'canceled', 'failed')),
    status_reason text,
    currency text NOT NULL,
    subtotal_minor bigint NOT NULL,
    delivery_minor bigint NOT NULL,
    discount_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    total_minor bigint NOT NULL,
    -- How long its vendors have to accept it, as it was set when it was taken down; NULL: at once.
    acceptance_s integer,
    placed_at timestamptz,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 80);
-- A cart becomes one order; only after a failed one may it become another.
CREATE UNIQUE INDEX order_cart_key ON ordering.order_group (cart_id)
    WHERE status IN ('pending', 'placed');
CREATE INDEX order_cart_id_idx ON ordering.order_group (cart_id);
CREATE INDEX order_account_id_idx ON ordering.order_group (account_id)
    WHERE account_id IS NOT NULL;
CREATE TABLE ordering.vendor_order (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES ordering.order_group,
    vendor_id uuid NOT NULL,
    account_id uuid,
    number text NOT NULL CONSTRAINT vendor_order_number_key UNIQUE,
    status text NOT NULL CHECK (status IN ('pending', 'pending_acceptance', 'accepted',
        'completed', 'declined', 'expired', 'canceled', 'failed')),
    status_reason text,
    currency text NOT NULL,
    subtotal_minor bigint NOT NULL,
    delivery_minor bigint NOT NULL,
    discount_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    total_minor bigint NOT NULL,
    canceled_minor bigint NOT NULL DEFAULT 0,
    accept_by timestamptz,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT vendor_order_canceled_in_total CHECK (canceled_minor BETWEEN 0 AND total_minor)
) WITH (fillfactor = 80);
CREATE INDEX vendor_order_order_id_idx ON ordering.vendor_order (order_id);
CREATE INDEX vendor_order_vendor_id_idx ON ordering.vendor_order (vendor_id, id);
CREATE INDEX vendor_order_accept_by_idx ON ordering.vendor_order (accept_by)
    WHERE status = 'pending_acceptance';
CREATE TABLE ordering.order_line (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES ordering.order_group,
    vendor_order_id uuid NOT NULL REFERENCES ordering.vendor_order,
    vendor_id uuid NOT NULL,
    account_id uuid,
    rank integer NOT NULL,
    offer_id uuid NOT NULL,
    product_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    sku text,
    title text NOT NULL,
    options jsonb NOT NULL,
    image text,
    quantity bigint NOT NULL CHECK (quantity > 0),
    canceled_quantity bigint NOT NULL DEFAULT 0,
    unit_price_minor bigint NOT NULL,
    subtotal_minor bigint NOT NULL,
    discount_minor bigint NOT NULL,
    tax_rate numeric(7, 6) NOT NULL,
    tax_minor bigint NOT NULL,
    total_minor bigint NOT NULL,
    commission_rule_id uuid,
    commission_rule_version bigint,
    commission_minor bigint,
    CONSTRAINT order_line_canceled_in_quantity CHECK (canceled_quantity BETWEEN 0 AND quantity)
);
CREATE INDEX order_line_vendor_order_id_idx ON ordering.order_line (vendor_order_id);
CREATE INDEX order_line_order_id_idx ON ordering.order_line (order_id);
CREATE TABLE ordering.address (
    id uuid PRIMARY KEY,
    account_id uuid,
    cart_id uuid,
    order_id uuid,
    email text,
    name text,
    line1 text,
    line2 text,
    city text,
    region text,
    postal_code text,
    country text,
    phone text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Of an account's own: the one that was preferred last is the default.
    preferred_at timestamptz,
    erased_at timestamptz
);
-- An account's own addresses belong to no cart and no order.
CREATE INDEX address_account_id_idx ON ordering.address (account_id) WHERE account_id IS NOT NULL;
CREATE UNIQUE INDEX address_cart_key ON ordering.address (cart_id) WHERE cart_id IS NOT NULL;
CREATE UNIQUE INDEX address_order_key ON ordering.address (order_id) WHERE order_id IS NOT NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON ordering.cart, ordering.cart_line, ordering.address
    TO plaza_app;
GRANT SELECT, INSERT, UPDATE ON ordering.order_group, ordering.vendor_order, ordering.order_line
    TO plaza_app;
"""

# Whoever claims a cart of nobody's has shown its secret.
POLICIES = """
ALTER TABLE ordering.cart ENABLE ROW LEVEL SECURITY;
ALTER TABLE ordering.cart FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON ordering.cart
    USING (writing.scope_is_market() OR account_id = writing.scope_account()
        OR (id = writing.scope_cart() AND account_id IS NULL))
    WITH CHECK (writing.scope_is_market() OR account_id = writing.scope_account()
        OR (id = writing.scope_cart() AND account_id IS NULL));
ALTER TABLE ordering.cart_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE ordering.cart_line FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON ordering.cart_line
    USING (EXISTS (SELECT FROM ordering.cart c WHERE c.id = cart_id));
ALTER TABLE ordering.address ENABLE ROW LEVEL SECURITY;
ALTER TABLE ordering.address FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON ordering.address
    USING (writing.scope_is_market() OR account_id = writing.scope_account()
        OR order_id = writing.scope_order()
        OR (cart_id = writing.scope_cart() AND account_id IS NULL));
ALTER TABLE ordering.order_group ENABLE ROW LEVEL SECURITY;
ALTER TABLE ordering.order_group FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON ordering.order_group
    USING (writing.scope_is_market() OR account_id = writing.scope_account()
        OR id = writing.scope_order());
ALTER TABLE ordering.vendor_order ENABLE ROW LEVEL SECURITY;
ALTER TABLE ordering.vendor_order FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON ordering.vendor_order
    USING (writing.scope_is_market() OR account_id = writing.scope_account()
        OR order_id = writing.scope_order() OR vendor_id = writing.scope_vendor());
ALTER TABLE ordering.order_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE ordering.order_line FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON ordering.order_line
    USING (writing.scope_is_market() OR account_id = writing.scope_account()
        OR order_id = writing.scope_order() OR vendor_id = writing.scope_vendor());
"""

# Who has completed a cart, and comes once more, is shown the order that it has become.
CART_OF_ORDER = """
CREATE POLICY of_cart ON ordering.order_group FOR SELECT
    USING (EXISTS (SELECT FROM ordering.cart c WHERE c.id = cart_id));
"""

# Of an order there is more to tell than once, so that a mail's own id cannot be the order's.
MAILS = """
ALTER TABLE notifications.mail
    ADD COLUMN about_id uuid,
    DROP CONSTRAINT mail_kind_check,
    ADD CONSTRAINT mail_kind_check CHECK (kind IN ('verify_email', 'already_registered',
        'reset_password', 'password_changed', 'account_erased', 'invitation', 'order_placed',
        'order_canceled', 'order_failed', 'vendor_order_placed'));
CREATE UNIQUE INDEX mail_about_key ON notifications.mail (about_id, kind)
    WHERE about_id IS NOT NULL;
"""

DOWNGRADE = """
DELETE FROM notifications.mail WHERE about_id IS NOT NULL;
ALTER TABLE notifications.mail
    DROP COLUMN about_id,
    DROP CONSTRAINT mail_kind_check,
    ADD CONSTRAINT mail_kind_check CHECK (kind IN ('verify_email', 'already_registered',
        'reset_password', 'password_changed', 'account_erased', 'invitation'));
DROP SCHEMA ordering CASCADE;
ALTER TABLE vendors.vendor DROP COLUMN tax_rate;
"""


def upgrade() -> None:
    run_script(VENDORS)
    run_script(CARTS)
    run_script(ORDERS)
    run_script(POLICIES)
    run_script(CART_OF_ORDER)
    run_script(MAILS)


def downgrade() -> None:
    run_script(SEE_ALL)
    run_script(DOWNGRADE)
