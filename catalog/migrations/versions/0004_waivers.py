"""Waivers of quality rules."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "waiver",
        sa.Column("waiver_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("dataset", sa.String(length=63), nullable=False),
        sa.Column("rule_id", sa.String(length=160), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.String(length=120), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("waiver_id", name=op.f("pk_waiver")),
    )
    op.create_index(op.f("ix_waiver_dataset"), "waiver", ["dataset"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_waiver_dataset"), table_name="waiver")
    op.drop_table("waiver")
