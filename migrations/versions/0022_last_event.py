"""The last fact behind each kept answer, of which its consistency token is made anew."""

from plaza.operations.script import run_script

revision = "0022"
down_revision = "0021"

# Of answers that were kept before, the token stands among their headers.
UPGRADE = "ALTER TABLE writing.idempotency ADD COLUMN last_event bigint"


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script("ALTER TABLE writing.idempotency DROP COLUMN last_event")
