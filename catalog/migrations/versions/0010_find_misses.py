"""Look-ups that found nobody, counted over all API processes and terminals."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "find_miss",
        sa.Column("account", sa.String(length=120), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_find_miss")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("find_miss")
