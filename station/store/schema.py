"""The database's shape over time: Alembic migrations, looked for at every start."""

from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Connection, inspect

from station.store import change_log

if TYPE_CHECKING:
    from alembic.config import Config

log = structlog.get_logger(__name__)

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
    is_new = revision(connection) != head()
    if is_new:
        from alembic import command  # noqa: PLC0415

        change_log.stop(connection)  # a table that is rewritten loses them without a word
        connection.commit()
        command.upgrade(config(connection), "head")
    if wrong := change_log.keep(connection, migrated=is_new):
        log.warning("change_log_made_anew", triggers=wrong)
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
