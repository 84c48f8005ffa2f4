"""Takes the forms that headquarters sends down."""

from dataclasses import dataclass
from datetime import datetime

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault
from station.receival.arrivals import forms
from station.runtime.receiver import Taken
from station.store.forms import forms_in_force
from station.store.tables import DownDocument

WITHDRAWS, WHY = "withdraws", "why"


@dataclass(frozen=True, slots=True)
class Forms:
    """A form of the intake (JSON) is asked at once; one that is taken back is asked no more."""

    desk: Desk
    headquarters: Actor

    def take(self, document: DownDocument, body: bytes, at: datetime) -> Taken:
        why = str(document.more.get(WHY, ""))
        if WITHDRAWS in document.more:
            return self._withdraw(str(document.more[WITHDRAWS]), why, at)
        try:
            forms.install(self.desk, body.decode(errors="replace"), self.headquarters, why, at)
        except Conflict as conflict:
            if conflict.code is not Fault.FORM_INSTALLED:
                raise
        return Taken()

    def is_active(self, document: DownDocument) -> bool:
        return True

    def _withdraw(self, sha256: str, why: str, at: datetime) -> Taken:
        with self.desk.ledger.read() as tx:
            held = next((one.row.name for one in forms_in_force(tx) if one.row.sha256 == sha256), None)
        if held is not None:
            forms.withdraw(self.desk, held, self.headquarters, why, at)
        return Taken()
