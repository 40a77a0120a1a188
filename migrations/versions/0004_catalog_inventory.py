"""What is sold, and how much of it there is."""

from plaza.operations.script import run_script

revision = "0004"
down_revision = "0003"

CATALOG = """
CREATE SCHEMA catalog;
GRANT USAGE ON SCHEMA catalog TO plaza_app;
CREATE TABLE catalog.category (
    id uuid PRIMARY KEY,
    parent_id uuid REFERENCES catalog.category,
    slug text NOT NULL CONSTRAINT category_slug_key UNIQUE,
    name text NOT NULL,
    rank integer NOT NULL DEFAULT 0,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE catalog.product (
    id uuid PRIMARY KEY,
    vendor_id uuid NOT NULL,
    category_id uuid CONSTRAINT product_category_fkey REFERENCES catalog.category,
    slug text NOT NULL CONSTRAINT product_slug_key UNIQUE,
    title text NOT NULL,
    description text NOT NULL,
    brand text,
    attributes jsonb NOT NULL,
    options jsonb NOT NULL,
    media jsonb NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'pending_review', 'changes_requested',
        'rejected', 'published', 'unpublished', 'suspended', 'archived')),
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    published_at timestamptz
);
CREATE INDEX product_vendor_id_idx ON catalog.product (vendor_id);
CREATE TABLE catalog.variant (
    id uuid PRIMARY KEY,
    product_id uuid NOT NULL REFERENCES catalog.product,
    vendor_id uuid NOT NULL,
    option_values jsonb NOT NULL,
    barcode text,
    weight_grams integer CHECK (weight_grams >= 0),
    rank smallint NOT NULL
);
CREATE INDEX variant_product_id_idx ON catalog.variant (product_id);
CREATE TABLE catalog.offer (
    id uuid PRIMARY KEY,
    vendor_id uuid NOT NULL,
    product_id uuid NOT NULL REFERENCES catalog.product,
    variant_id uuid NOT NULL REFERENCES catalog.variant,
    sku text,
    status text NOT NULL CHECK (status IN ('active', 'withdrawn')),
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX offer_active_key ON catalog.offer (vendor_id, variant_id)
    WHERE status = 'active';
CREATE INDEX offer_product_id_idx ON catalog.offer (product_id);
CREATE INDEX offer_variant_id_idx ON catalog.offer (variant_id);
CREATE TABLE catalog.offer_price (
    offer_id uuid NOT NULL REFERENCES catalog.offer,
    vendor_id uuid NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    compare_at_amount_minor bigint CHECK (compare_at_amount_minor >= 0),
    PRIMARY KEY (offer_id, currency)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA catalog TO plaza_app;
"""

INVENTORY = """
CREATE SCHEMA inventory;
GRANT USAGE ON SCHEMA inventory TO plaza_app;
CREATE TABLE inventory.location (
    id uuid PRIMARY KEY,
    vendor_id uuid NOT NULL,
    name text NOT NULL,
    is_default boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX location_default_key ON inventory.location (vendor_id) WHERE is_default;
CREATE TABLE inventory.stock (
    id uuid PRIMARY KEY,
    offer_id uuid NOT NULL,
    location_id uuid NOT NULL REFERENCES inventory.location,
    bucket smallint NOT NULL DEFAULT 0,
    vendor_id uuid NOT NULL,
    product_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    on_hand bigint NOT NULL DEFAULT 0,
    reserved bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0,
    CONSTRAINT stock_place_key UNIQUE (offer_id, location_id, bucket),
    CONSTRAINT stock_not_oversold CHECK (0 <= reserved AND reserved <= on_hand)
) WITH (fillfactor = 70);
CREATE TABLE inventory.movement (
    id uuid PRIMARY KEY,
    stock_id uuid NOT NULL REFERENCES inventory.stock,
    vendor_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('receipt', 'adjustment', 'reservation', 'release', 'sale',
        'return')),
    on_hand_delta bigint NOT NULL,
    reserved_delta bigint NOT NULL,
    reason text,
    actor text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX movement_stock_id_idx ON inventory.movement (stock_id);
GRANT SELECT, INSERT, UPDATE ON inventory.location, inventory.stock TO plaza_app;
-- Movements are history: they are appended and never edited.
GRANT SELECT, INSERT ON inventory.movement TO plaza_app;
"""

OWN_ROWS = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON {table}
    USING (writing.scope_is_market() OR vendor_id = writing.scope_vendor());
"""

# Whoever offers another vendor's product must see it; only published ones are for others' eyes.
PUBLISHED = """
CREATE POLICY published ON catalog.product FOR SELECT USING (status = 'published');
CREATE POLICY published ON catalog.variant FOR SELECT USING (EXISTS (
    SELECT FROM catalog.product p WHERE p.id = product_id AND p.status = 'published'));
"""

# The tree is everybody's to read and the operator's to change.
CATEGORIES = """
ALTER TABLE catalog.category ENABLE ROW LEVEL SECURITY;
ALTER TABLE catalog.category FORCE ROW LEVEL SECURITY;
CREATE POLICY market ON catalog.category USING (writing.scope_is_market());
CREATE POLICY everybody ON catalog.category FOR SELECT USING (true);
"""

OWNED_TABLES = (
    "catalog.product",
    "catalog.variant",
    "catalog.offer",
    "catalog.offer_price",
    "inventory.location",
    "inventory.stock",
    "inventory.movement",
)


def upgrade() -> None:
    run_script(CATALOG)
    run_script(INVENTORY)
    for table in OWNED_TABLES:
        run_script(OWN_ROWS.format(table=table))
    run_script(PUBLISHED)
    run_script(CATEGORIES)


def downgrade() -> None:
    run_script("DROP SCHEMA inventory CASCADE; DROP SCHEMA catalog CASCADE")
