"""What every table shares: how constraints are named, and the number that tells which row came later."""

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Numbered(SQLModel):
    """A row whose `seq` is drawn, in the transaction that writes it, from a counter that never goes back.

    The newest row is the one with the greatest `seq`: identifiers and times come from a clock, which may have
    been wrong."""

    seq: int | None = None


class Referenced(SQLModel):
    """A row that another system knows too: as `external_ref` in `external_source`. Both are None or neither;
    its table has the constraint `once_per_source()`."""

    external_source: str | None = None
    external_ref: str | None = None


def once_per_source() -> UniqueConstraint:
    return UniqueConstraint("external_source", "external_ref")
