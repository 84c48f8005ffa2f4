"""Whom the identifiers in rows mean: a person's name lives in one row, and can be emptied there."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from station.store.tables import Person

INSTALLER = "installer"  # acts with the admin token of the data folder; no person
PAGES = "page"  # the place of an act on a page of the browser; no terminal


def names_of(tx: Session, ids: Iterable[str | None]) -> dict[str, str]:
    """The name of each identifier that is a person's; a forgotten person's is empty."""
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    return dict(tx.exec(select(Person.id, Person.name).where(col(Person.id).in_(wanted))).all())
