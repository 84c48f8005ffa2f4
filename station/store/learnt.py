"""What is learnt of the methods and was approved by a manager: corrections, and phones' spreads here."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from station.grain.correcting import Correction
from station.grain.spreading import SiteSpread
from station.store import corrections, spreads
from station.store.tables import Correction as CorrectionRow
from station.store.tables import Spread


@dataclass(frozen=True, slots=True)
class OfPhone:
    """What is known of one phone and model: `spreads` by class."""

    corrections: tuple[Correction, ...]
    spreads: Mapping[str, SiteSpread]


@dataclass(frozen=True, slots=True)
class Learnt:
    """All that is in force."""

    corrections: tuple[CorrectionRow, ...] = ()
    spreads: tuple[Spread, ...] = ()

    def of(self, phone: str, species: str | None, release: str) -> OfPhone:
        own = corrections.applicable(self.corrections, "phone", {phone}, species, release)
        return OfPhone(
            tuple(own),
            {
                row.class_name: SiteSpread(row.class_name, row.spread, row.evidence["t"])
                for row in self.spreads
                if (row.terminal_id, row.release) == (phone, release)
            },
        )


NOTHING = Learnt()


def learnt(tx: Session) -> Learnt:
    return Learnt(tuple(corrections.in_force(tx)), tuple(spreads.in_force(tx)))
