"""Models as releases with their acts and policies; laboratory results"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

text = sqlmodel.sql.sqltypes.AutoString
moment = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    with op.batch_alter_table("modelrelease") as batch_op:
        batch_op.add_column(sa.Column("origin", text(), nullable=False, server_default="installed"))
        batch_op.add_column(sa.Column("signature", text(), nullable=True))
        batch_op.add_column(sa.Column("signed_by", text(), nullable=True))
    with op.batch_alter_table("inspection") as batch_op:
        batch_op.add_column(sa.Column("shadow", sa.Boolean(), nullable=False, server_default=sa.false()))

    op.create_table(
        "promotion_policy",
        sa.Column("id", text(), nullable=False),
        sa.Column("task", text(), nullable=False),
        sa.Column("species", text(), nullable=False),
        sa.Column("act", text(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("by", text(), nullable=False),
        sa.Column("why", text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "release_act",
        sa.Column("id", text(), nullable=False),
        sa.Column("sha256", text(), nullable=False),
        sa.Column("task", text(), nullable=False),
        sa.Column("species", text(), nullable=False),
        sa.Column("act", text(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("by", text(), nullable=True),
        sa.Column("why", text(), nullable=False),
        sa.Column("policy_id", text(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["promotion_policy.id"]),
        sa.ForeignKeyConstraint(["sha256"], ["modelrelease.sha256"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_release_act_sha256", "release_act", ["sha256"])
    op.create_table(
        "lab_result",
        sa.Column("id", text(), nullable=False),
        sa.Column("sample_id", text(), nullable=False),
        sa.Column("analyte", text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("unit", text(), nullable=False),
        sa.Column("basis", text(), nullable=True),
        sa.Column("laboratory", text(), nullable=False),
        sa.Column("received_at", moment(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("by", text(), nullable=False),
        sa.Column("source", text(), nullable=False),
        sa.Column("note", text(), nullable=False),
        sa.Column("supersedes_id", text(), nullable=True),
        sa.ForeignKeyConstraint(["sample_id"], ["sample.id"]),
        sa.ForeignKeyConstraint(["supersedes_id"], ["lab_result.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("supersedes_id"),
    )
    op.create_index("ix_lab_result_sample_id", "lab_result", ["sample_id"])


def downgrade() -> None:
    op.drop_table("lab_result")
    op.drop_table("release_act")
    op.drop_table("promotion_policy")
    with op.batch_alter_table("inspection") as batch_op:
        batch_op.drop_column("shadow")
    with op.batch_alter_table("modelrelease") as batch_op:
        batch_op.drop_column("signed_by")
        batch_op.drop_column("signature")
        batch_op.drop_column("origin")
