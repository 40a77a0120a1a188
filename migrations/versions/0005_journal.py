"""The journal of commands, whose standing has changed, and the keys that sign access tokens."""

from plaza.operations.script import run_script

revision = "0005"
down_revision = "0004"

# An entry says who did what to what, from where, and what came of it. It names people by their ids
# only, and where they were by their network: who erases an account leaves nobody to be found here.
JOURNAL = """
CREATE TABLE writing.journal (
    id uuid PRIMARY KEY,
    accepted_at timestamptz NOT NULL,
    done_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    command text NOT NULL,
    operation text,
    path text,
    network cidr,
    account_id uuid,
    session_id uuid,
    api_key_id uuid,
    vendor_id uuid,
    outcome text NOT NULL CHECK (outcome IN ('applied', 'refused')),
    code text,
    subjects jsonb NOT NULL,
    last_event bigint,
    correlation_id uuid NOT NULL
);
CREATE INDEX journal_vendor_idx ON writing.journal (vendor_id, id) WHERE vendor_id IS NOT NULL;
CREATE INDEX journal_account_idx ON writing.journal (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX journal_subjects_idx ON writing.journal USING gin (subjects jsonb_path_ops);
GRANT SELECT, INSERT ON writing.journal TO plaza_app;

ALTER TABLE writing.journal ENABLE ROW LEVEL SECURITY;
ALTER TABLE writing.journal FORCE ROW LEVEL SECURITY;
CREATE POLICY journal_own ON writing.journal FOR SELECT USING (writing.scope_is_market()
    OR vendor_id = writing.scope_vendor() OR account_id = writing.scope_account());
CREATE POLICY journal_kept ON writing.journal FOR INSERT WITH CHECK (true);
"""

# Rights say who may; this says that nobody does, the owner included.
APPEND_ONLY = """
CREATE FUNCTION writing.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON writing.journal
    FOR EACH STATEMENT EXECUTE FUNCTION writing.refuse_change();
"""

# Every process asks again and again what was written here since it asked last, and forgets what
# it knew of the subject. Triggers write it, so that no command can forget to.
STANDING = """
CREATE TABLE writing.standing_change (
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    subject uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX standing_change_txid_idx ON writing.standing_change (txid);
CREATE INDEX standing_change_created_at_idx ON writing.standing_change (created_at);
GRANT SELECT, INSERT ON writing.standing_change TO plaza_app;

CREATE FUNCTION writing.note_standing_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO writing.standing_change (subject)
    VALUES ((to_jsonb(coalesce(NEW, OLD)) ->> TG_ARGV[0])::uuid);
    RETURN NULL;
END $$;
CREATE TRIGGER account_standing AFTER UPDATE OF is_operator, erased_at OR DELETE
    ON identity.account FOR EACH ROW EXECUTE FUNCTION writing.note_standing_change('id');
CREATE TRIGGER session_standing AFTER UPDATE OF revoked_at, expires_at OR DELETE
    ON identity.session FOR EACH ROW EXECUTE FUNCTION writing.note_standing_change('id');
CREATE TRIGGER member_standing AFTER INSERT OR UPDATE OR DELETE
    ON vendors.member FOR EACH ROW EXECUTE FUNCTION writing.note_standing_change('account_id');
"""

SIGNING_KEYS = """
CREATE TABLE identity.signing_key (
    id uuid PRIMARY KEY,
    key_id text NOT NULL CONSTRAINT signing_key_key UNIQUE,
    seed_sealed bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    signs_from timestamptz NOT NULL,
    retires_at timestamptz
);
GRANT SELECT, INSERT, UPDATE ON identity.signing_key TO plaza_app;
ALTER TABLE identity.signing_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.signing_key FORCE ROW LEVEL SECURITY;
CREATE POLICY signing_key_market ON identity.signing_key USING (writing.scope_is_market());
-- One subject for the whole ring: whoever holds a copy of it reads it anew.
CREATE FUNCTION identity.note_ring_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO writing.standing_change (subject) VALUES ('00000000-0000-0000-0000-000000000001');
    RETURN NULL;
END $$;
CREATE TRIGGER signing_key_standing AFTER INSERT OR UPDATE OR DELETE
    ON identity.signing_key FOR EACH STATEMENT EXECUTE FUNCTION identity.note_ring_change();
"""


def upgrade() -> None:
    run_script(JOURNAL)
    run_script(APPEND_ONLY)
    run_script(STANDING)
    run_script(SIGNING_KEYS)


def downgrade() -> None:
    run_script("""
    DROP TABLE identity.signing_key;
    DROP FUNCTION identity.note_ring_change;
    DROP TRIGGER member_standing ON vendors.member;
    DROP TRIGGER session_standing ON identity.session;
    DROP TRIGGER account_standing ON identity.account;
    DROP TABLE writing.journal, writing.standing_change;
    DROP FUNCTION writing.refuse_change, writing.note_standing_change;
    """)
