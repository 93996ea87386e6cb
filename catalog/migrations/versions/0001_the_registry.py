"""The registry: agencies, systems, datasets, batches, verdicts, versions, events."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""

    op.create_table(
        "agency",
        sa.Column("code", sa.String(length=63), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("contact", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_agency")),
    )
    op.create_table(
        "event",
        sa.Column("event_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("tag", sa.String(length=63), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_subject"), ["subject"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_tag"), ["tag"], unique=False)

    op.create_table(
        "lineage_edge",
        sa.Column("target", sa.String(length=63), nullable=False),
        sa.Column("target_item", sa.String(length=63), nullable=False),
        sa.Column("source", sa.String(length=63), nullable=False),
        sa.Column("source_item", sa.String(length=63), nullable=False),
        sa.PrimaryKeyConstraint("target", "target_item", "source", "source_item", name=op.f("pk_lineage_edge")),
    )
    with op.batch_alter_table("lineage_edge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lineage_edge_source"), ["source"], unique=False)

    op.create_table(
        "run_step",
        sa.Column("step_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("dataset", sa.String(length=63), nullable=False),
        sa.Column("agency", sa.String(length=63), nullable=False),
        sa.Column("batch", sa.String(length=120), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("peak_mib", sa.Integer(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=63), nullable=False),
        sa.Column("message_zh", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_run_step")),
    )
    with op.batch_alter_table("run_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_step_agency"), ["agency"], unique=False)
        batch_op.create_index(batch_op.f("ix_run_step_dataset"), ["dataset"], unique=False)
        batch_op.create_index(batch_op.f("ix_run_step_stage"), ["stage"], unique=False)
        batch_op.create_index(batch_op.f("ix_run_step_started_at"), ["started_at"], unique=False)

    op.create_table(
        "usage_report",
        sa.Column("report_id", sa.String(length=120), nullable=False),
        sa.Column("provider", sa.String(length=63), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("merkle_root", sa.String(length=128), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("delivered_by", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_usage_report")),
    )
    with op.batch_alter_table("usage_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_usage_report_provider"), ["provider"], unique=False)

    op.create_table(
        "verdict",
        sa.Column("verdict_id", sa.String(length=160), nullable=False),
        sa.Column("dataset", sa.String(length=63), nullable=False),
        sa.Column("batch_id", sa.String(length=160), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("quarantined", sa.BigInteger(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("verdict_id", name=op.f("pk_verdict")),
    )
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_verdict_dataset"), ["dataset"], unique=False)
        batch_op.create_index(batch_op.f("ix_verdict_judged_at"), ["judged_at"], unique=False)

    op.create_table(
        "dataset",
        sa.Column("code", sa.String(length=63), nullable=False),
        sa.Column("title_zh", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("agency", sa.String(length=63), nullable=False),
        sa.Column("system", sa.String(length=63), nullable=True),
        sa.Column("zone", sa.String(length=16), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("data_format", sa.String(length=64), nullable=False),
        sa.Column("update_cycle", sa.String(length=32), nullable=False),
        sa.Column("sharing", sa.String(length=16), nullable=False),
        sa.Column("sharing_condition", sa.Text(), nullable=False),
        sa.Column("sharing_mode", sa.String(length=64), nullable=False),
        sa.Column("grade", sa.String(length=2), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("hub_id", sa.String(length=6), nullable=False),
        sa.Column("abstract_zh", sa.Text(), nullable=False),
        sa.Column("abstract_en", sa.Text(), nullable=False),
        sa.Column("providers", sa.JSON(), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_dataset_agency_agency")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_dataset")),
    )
    with op.batch_alter_table("dataset", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dataset_agency"), ["agency"], unique=False)
        batch_op.create_index(batch_op.f("ix_dataset_zone"), ["zone"], unique=False)

    op.create_table(
        "rule_result",
        sa.Column("verdict_id", sa.String(length=160), nullable=False),
        sa.Column("rule_id", sa.String(length=160), nullable=False),
        sa.Column("item", sa.String(length=200), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("dimension", sa.String(length=8), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("a", sa.BigInteger(), nullable=False),
        sa.Column("b", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdict.verdict_id"], name=op.f("fk_rule_result_verdict_id_verdict")),
        sa.PrimaryKeyConstraint("verdict_id", "rule_id", name=op.f("pk_rule_result")),
    )
    op.create_table(
        "source_designation",
        sa.Column("base", sa.String(length=63), nullable=False),
        sa.Column("field", sa.String(length=63), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(length=63), nullable=False),
        sa.Column("dataset", sa.String(length=63), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_source_designation_agency_agency")),
        sa.PrimaryKeyConstraint("base", "field", "rank", name=op.f("pk_source_designation")),
    )
    op.create_table(
        "system",
        sa.Column("code", sa.String(length=63), nullable=False),
        sa.Column("agency", sa.String(length=63), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("location", sa.String(length=1000), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_system_agency_agency")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_system")),
    )
    with op.batch_alter_table("system", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_system_agency"), ["agency"], unique=False)

    op.create_table(
        "batch",
        sa.Column("batch_id", sa.String(length=120), nullable=False),
        sa.Column("dataset", sa.String(length=63), nullable=False),
        sa.Column("system", sa.String(length=63), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_zh", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["dataset"], ["dataset.code"], name=op.f("fk_batch_dataset_dataset")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_batch")),
    )
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_batch_dataset"), ["dataset"], unique=False)
        batch_op.create_index(batch_op.f("ix_batch_status"), ["status"], unique=False)

    op.create_table(
        "data_item",
        sa.Column("dataset", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title_zh", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("element", sa.String(length=63), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("source_name", sa.String(length=200), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("key", sa.Boolean(), nullable=False),
        sa.Column("grade", sa.String(length=2), nullable=False),
        sa.Column("personal", sa.String(length=16), nullable=False),
        sa.Column("code_list", sa.String(length=63), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["dataset"], ["dataset.code"], name=op.f("fk_data_item_dataset_dataset")),
        sa.PrimaryKeyConstraint("dataset", "name", name=op.f("pk_data_item")),
    )
    op.create_table(
        "dataset_version",
        sa.Column("dataset", sa.String(length=63), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("uri", sa.String(length=1000), nullable=False),
        sa.Column("delta_version", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("verdict_id", sa.String(length=160), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dataset"], ["dataset.code"], name=op.f("fk_dataset_version_dataset_dataset")),
        sa.PrimaryKeyConstraint("dataset", "version", name=op.f("pk_dataset_version")),
    )


def downgrade() -> None:
    """Undo."""

    op.drop_table("dataset_version")
    op.drop_table("data_item")
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_batch_status"))
        batch_op.drop_index(batch_op.f("ix_batch_dataset"))

    op.drop_table("batch")
    with op.batch_alter_table("system", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_system_agency"))

    op.drop_table("system")
    op.drop_table("source_designation")
    op.drop_table("rule_result")
    with op.batch_alter_table("dataset", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dataset_zone"))
        batch_op.drop_index(batch_op.f("ix_dataset_agency"))

    op.drop_table("dataset")
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_verdict_judged_at"))
        batch_op.drop_index(batch_op.f("ix_verdict_dataset"))

    op.drop_table("verdict")
    with op.batch_alter_table("usage_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_usage_report_provider"))

    op.drop_table("usage_report")
    with op.batch_alter_table("run_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_step_started_at"))
        batch_op.drop_index(batch_op.f("ix_run_step_stage"))
        batch_op.drop_index(batch_op.f("ix_run_step_dataset"))
        batch_op.drop_index(batch_op.f("ix_run_step_agency"))

    op.drop_table("run_step")
    with op.batch_alter_table("lineage_edge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lineage_edge_source"))

    op.drop_table("lineage_edge")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_tag"))
        batch_op.drop_index(batch_op.f("ix_event_subject"))

    op.drop_table("event")
    op.drop_table("agency")
