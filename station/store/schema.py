"""The database's shape over time: Alembic migrations, looked for at every start."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


def config(connection: Connection | None = None) -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["connection"] = connection
    return settings


def upgrade(connection: Connection) -> None:
    """Brings the database to this station's shape; does nothing when it is there already, as at nearly every
    start: Alembic, which takes a tenth of it to load, is then not needed."""
    if revision(connection) != head():
        from alembic import command  # noqa: PLC0415

        connection.rollback()
        command.upgrade(config(connection), "head")
    connection.commit()


def head() -> str:
    """The number of the newest migration, with which its file's name begins."""
    return max(revisions())


def revisions() -> set[str]:
    """The numbers of every migration that this station knows."""
    return {path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}


def revision(connection: Connection) -> str | None:
    """The number of the last migration that the database went through; None for a new database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return str(found) if found is not None else None
