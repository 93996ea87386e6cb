"""Failures to sign in are counted by login and address, no longer on the account; sessions are credentials."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.drop_column("account", "failed_sign_ins")
    op.drop_column("account", "locked_until")


def downgrade() -> None:
    """Undo."""
    op.add_column("account", sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("failed_sign_ins", sa.Integer(), nullable=False, server_default="0"))
