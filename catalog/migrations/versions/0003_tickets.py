"""Correction orders and their history."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "ticket",
        sa.Column("ticket_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("dataset", sa.String(length=63), nullable=False),
        sa.Column("rule_id", sa.String(length=160), nullable=True),
        sa.Column("agency", sa.String(length=63), nullable=False),
        sa.Column("raised_by", sa.String(length=63), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("failing_before", sa.BigInteger(), nullable=True),
        sa.Column("failing_now", sa.BigInteger(), nullable=True),
        sa.Column("verdict_id", sa.String(length=160), nullable=True),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("dataset", "rule_id", name=op.f("uq_ticket_dataset")),
    )
    op.create_index(op.f("ix_ticket_agency"), "ticket", ["agency"], unique=False)
    op.create_index(op.f("ix_ticket_state"), "ticket", ["state"], unique=False)
    op.create_table(
        "ticket_note",
        sa.Column("note_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("ticket_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("failing", sa.BigInteger(), nullable=True),
        sa.Column("verdict_id", sa.String(length=160), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket_id"], name=op.f("fk_ticket_note_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_ticket_note")),
    )
    op.create_index(op.f("ix_ticket_note_ticket_id"), "ticket_note", ["ticket_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_ticket_note_ticket_id"), table_name="ticket_note")
    op.drop_table("ticket_note")
    op.drop_index(op.f("ix_ticket_state"), table_name="ticket")
    op.drop_index(op.f("ix_ticket_agency"), table_name="ticket")
    op.drop_table("ticket")
