"""What every view needs: a read transaction, the site's policy, the reader's language, the time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from station.acts.desk import SitePolicy
from station.api import schemas
from station.api.asked import Inquiry
from station.api.language import reason, shown_name
from station.store.holds import open_holds
from station.store.names import names_of
from station.store.tables import Cell, Enrolment, Hold, Instrument, Pairing, Person, Referenced


@dataclass(frozen=True, slots=True)
class View:
    tx: Session
    policy: SitePolicy
    language: str
    now: datetime
    _names: dict[str, str] = field(default_factory=dict)
    _instruments: dict[str, str] = field(default_factory=dict)
    _roles: dict[str, str] = field(default_factory=dict)
    _approvers: list[list[str]] = field(default_factory=list)
    _holds: list[Sequence[Hold]] = field(default_factory=list)

    def name_of(self, who: str | None) -> str | None:
        """The name of whom a row's identifier means; None where the station itself acted."""
        return None if who is None else self.names_of([who])[who]

    def names_of(self, ids: Iterable[str | None]) -> Mapping[str, str]:
        """The names of all these at once; an identifier that is nobody's is shown as it is."""
        missing = {one for one in ids if one} - self._names.keys()
        if missing:
            known = names_of(self.tx, missing)
            self._names.update({one: shown_name(one, known.get(one), self.language) for one in missing})
        return self._names

    def instrument_name(self, instrument_id: str | None) -> str | None:
        """The name of the instrument that measured it, wherever that is now."""
        if instrument_id is not None and not self._instruments:
            self._instruments.update(self.tx.exec(select(Instrument.id, Instrument.name)).all())
        return self._instruments.get(instrument_id or "")

    def approvers(self) -> list[str]:
        """The names of managers, and of others who are enrolled: a load that waits for a word waits for
        theirs."""
        if not self._approvers:
            enrolled = set(self.tx.exec(select(Enrolment.person_id).where(col(Enrolment.ended_at).is_(None))))
            rows = self.tx.exec(select(Person).where(col(Person.active).is_(True)).order_by(col(Person.name)))
            names = [row.name for row in rows if "manager" in row.roles or row.id in enrolled]
            self._approvers.append(names)
        return self._approvers[0]

    def holds(self) -> Sequence[Hold]:
        """The holds that nobody has ended."""
        if not self._holds:
            self._holds.append(open_holds(self.tx))
        return self._holds[0]

    def cell_role(self, cell_id: str) -> str:
        if not self._roles:
            self._roles.update(self.tx.exec(select(Cell.id, Cell.role)).all())
        return self._roles[cell_id]


@contextmanager
def view_of(asked: Inquiry) -> Iterator[View]:
    """One consistent look at the ledger."""
    with asked.desk.ledger.read() as tx:
        yield View(tx, asked.desk.policy, asked.language, asked.now())


def values_of(stored: Mapping[str, Any]) -> dict[str, schemas.Value]:
    """Stored {analyte: {value, unit, basis}} as values."""
    return {
        name: schemas.Value(value=one["value"], unit=one["unit"], basis=one["basis"], u=one.get("u"))
        for name, one in stored.items()
    }


def external_of(row: Referenced) -> dict[str, Any]:
    """The fields of a schemas.Referenced."""
    return {"external_source": row.external_source, "external_ref": row.external_ref}


def pairing_reason(pairing: Pairing | None, language: str) -> schemas.Reason | None:
    return reason(pairing.code, pairing.params, language) if pairing else None
