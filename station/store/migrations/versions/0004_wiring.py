"""A port assignment keeps the driver and settings in force, and what the site file said then"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    with op.batch_alter_table("portassignment") as batch_op:
        batch_op.add_column(sa.Column("driver", text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("settings", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
        batch_op.add_column(sa.Column("site_file", sa.JSON(), nullable=True))
    op.execute(
        "UPDATE portassignment SET driver = "
        "(SELECT driver FROM instrument WHERE instrument.id = portassignment.instrument_id)"
    )
    with op.batch_alter_table("instrument") as batch_op:
        batch_op.add_column(sa.Column("site_file", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("instrument") as batch_op:
        batch_op.drop_column("site_file")
    with op.batch_alter_table("portassignment") as batch_op:
        batch_op.drop_column("site_file")
        batch_op.drop_column("settings")
        batch_op.drop_column("driver")
