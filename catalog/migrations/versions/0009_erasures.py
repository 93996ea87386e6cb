"""Erasures of persons, and the marks by which an erased person is known again."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "erasure",
        sa.Column("erasure_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("entity", sa.String(length=63), nullable=False),
        sa.Column("ground", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("erasure_id", name=op.f("pk_erasure")),
    )
    op.create_index(op.f("ix_erasure_entity"), "erasure", ["entity"], unique=False)
    op.create_index(op.f("ix_erasure_status"), "erasure", ["status"], unique=False)
    op.create_table(
        "erasure_mark",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("erasure_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_erasure_mark")),
    )
    op.create_index(op.f("ix_erasure_mark_erasure_id"), "erasure_mark", ["erasure_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_table("erasure_mark")
    op.drop_table("erasure")
