"""The database's shape over time: Alembic migrations, run at every start."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

MIGRATIONS = Path(__file__).parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["connection"] = connection
    return settings


def upgrade(connection: Connection) -> None:
    """Brings the database to this station's shape; does nothing when it is there already."""
    settings = config(connection)
    head = ScriptDirectory.from_config(settings).get_current_head()
    if MigrationContext.configure(connection).get_current_revision() != head:
        connection.rollback()
        command.upgrade(settings, "head")
    connection.commit()
