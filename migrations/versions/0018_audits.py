"""Audits of read models: what was compared with the log, what differed, what was put right."""

from plaza.operations.script import run_script

revision = "0018"
down_revision = "0017"

UPGRADE = """
CREATE TABLE projecting.audit (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    projection text NOT NULL,
    build integer NOT NULL,
    upto bigint NOT NULL,
    is_full boolean NOT NULL,
    documents bigint NOT NULL,
    differing bigint NOT NULL,
    repaired bigint NOT NULL,
    differences jsonb NOT NULL,
    audited_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX audit_projection ON projecting.audit (projection, number);
-- Everybody may count; which documents differed is for operators.
GRANT SELECT ON projecting.audit TO plaza_app;
GRANT SELECT (number, projection, build, upto, is_full, documents, differing, repaired, audited_at)
    ON projecting.audit TO plaza_reader;
"""


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script("DROP TABLE projecting.audit")
