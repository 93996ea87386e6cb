"""Decisions of people on doubtful pairs of records."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "review_decision",
        sa.Column("decision_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("base", sa.String(length=63), nullable=False),
        sa.Column("pair", sa.String(length=32), nullable=False),
        sa.Column("record_l", sa.String(length=32), nullable=False),
        sa.Column("record_r", sa.String(length=32), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_review_decision")),
    )
    op.create_index(op.f("ix_review_decision_base"), "review_decision", ["base"], unique=False)
    op.create_index(op.f("ix_review_decision_pair"), "review_decision", ["pair"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_review_decision_pair"), table_name="review_decision")
    op.drop_index(op.f("ix_review_decision_base"), table_name="review_decision")
    op.drop_table("review_decision")
