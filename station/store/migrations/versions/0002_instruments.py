"""Instruments are not ports: places, remarks, and limits of use"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    with op.batch_alter_table("instrument") as batch_op:
        batch_op.add_column(sa.Column("grain_low_c", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("grain_high_c", sa.Float(), nullable=True))

    with op.batch_alter_table("portassignment") as batch_op:
        batch_op.add_column(sa.Column("port_id", text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("by", text(), nullable=True))
        batch_op.add_column(sa.Column("note", text(), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_portassignment_port_id"), ["port_id"], unique=False)
    op.execute("UPDATE portassignment SET port_id = instrument_id")

    for table in ("reading", "weighing"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("port_id", text(), nullable=True))
            batch_op.add_column(
                sa.Column("remarks", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
            )
        op.execute(f"UPDATE {table} SET port_id = instrument_id")


def downgrade() -> None:
    for table in ("weighing", "reading"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("remarks")
            batch_op.drop_column("port_id")

    with op.batch_alter_table("portassignment") as batch_op:
        batch_op.drop_index(batch_op.f("ix_portassignment_port_id"))
        batch_op.drop_column("note")
        batch_op.drop_column("by")
        batch_op.drop_column("port_id")

    with op.batch_alter_table("instrument") as batch_op:
        batch_op.drop_column("grain_high_c")
        batch_op.drop_column("grain_low_c")
