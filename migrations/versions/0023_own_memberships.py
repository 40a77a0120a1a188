"""Who works for vendors may ask which, in the scope of their own account."""

from plaza.operations.script import run_script

revision = "0023"
down_revision = "0022"

UPGRADE = """
CREATE POLICY member_self ON vendors.member FOR SELECT
    USING (account_id = writing.scope_account());
CREATE POLICY vendor_of_member ON vendors.vendor FOR SELECT
    USING (EXISTS (SELECT FROM vendors.member m
        WHERE m.vendor_id = vendor.id AND m.account_id = writing.scope_account()));
"""
DOWNGRADE = """
DROP POLICY vendor_of_member ON vendors.vendor;
DROP POLICY member_self ON vendors.member;
"""


def upgrade() -> None:
    run_script(UPGRADE)


def downgrade() -> None:
    run_script(DOWNGRADE)
