"""A step's processor time: side by side on a busy machine, wall time says little about what a step costs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("run_step", sa.Column("cpu_seconds", sa.Float(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Undo."""
    op.drop_column("run_step", "cpu_seconds")
