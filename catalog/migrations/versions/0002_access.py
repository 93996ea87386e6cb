"""Accounts, credentials, grants and their use (the tables of authorization)."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _accounts()
    _grants()


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("login", sa.String(length=63), nullable=False),
        sa.Column("agency", sa.String(length=63), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_account_agency_agency")),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_account")),
    )
    op.create_index(op.f("ix_account_agency"), "account", ["agency"], unique=False)
    op.create_table(
        "credential",
        sa.Column("token_id", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=63), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.login"], name=op.f("fk_credential_account_account")),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_credential")),
    )
    op.create_index(op.f("ix_credential_account"), "credential", ["account"], unique=False)
    op.create_table(
        "access_revision",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_access_revision")),
    )
    # The one row is here from the start: two first writers cannot both insert it.
    op.execute("INSERT INTO access_revision (revision_id, number) VALUES (1, 0)")


def _grants() -> None:
    op.create_table(
        "access_grant",
        sa.Column("code", sa.String(length=63), nullable=False),
        sa.Column("agency", sa.String(length=63), nullable=False),
        sa.Column("account", sa.String(length=63), nullable=False),
        sa.Column("dataset", sa.String(length=63), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("row_filter", sa.JSON(), nullable=False),
        sa.Column("masks", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls_per_day", sa.Integer(), nullable=True),
        sa.Column("rows_per_day", sa.BigInteger(), nullable=True),
        sa.Column("surfaces", sa.JSON(), nullable=False),
        sa.Column("issued_by", sa.String(length=120), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_access_grant")),
    )
    op.create_index(op.f("ix_access_grant_agency"), "access_grant", ["agency"], unique=False)
    op.create_index(op.f("ix_access_grant_dataset"), "access_grant", ["dataset"], unique=False)
    op.create_table(
        "access_grant_use",
        sa.Column("grant", sa.String(length=63), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("grant", "day", name=op.f("pk_access_grant_use")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("access_grant_use")
    op.drop_index(op.f("ix_access_grant_dataset"), table_name="access_grant")
    op.drop_index(op.f("ix_access_grant_agency"), table_name="access_grant")
    op.drop_table("access_grant")
    op.drop_table("access_revision")
    op.drop_index(op.f("ix_credential_account"), table_name="credential")
    op.drop_table("credential")
    op.drop_index(op.f("ix_account_agency"), table_name="account")
    op.drop_table("account")
