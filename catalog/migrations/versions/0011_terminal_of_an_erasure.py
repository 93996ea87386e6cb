"""The system's user at whose terminal an erasure was asked for: nobody approves their own by another login."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Of erasures asked for before, nobody knows the terminal."""
    op.add_column("erasure", sa.Column("asked_at_terminal", sa.String(length=120), nullable=False, server_default=""))


def downgrade() -> None:
    """Undo."""
    op.drop_column("erasure", "asked_at_terminal")
