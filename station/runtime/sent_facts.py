"""What takes the facts and requests of headquarters: suppliers and varieties, matched suppliers, corrections
that are asked for. None of them changes what was recorded here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from drivers.text import LONGEST_NAME, clean_text
from station.acts.desk import Actor, Desk
from station.acts.refusals import Fault, Invalid
from station.receival.arrivals import asked_corrections
from station.receival.arrivals.asked_corrections import Asked
from station.receival.masters import reference_data
from station.receival.masters.certificates import Stated
from station.receival.masters.external import External
from station.receival.masters.reference_data import KnownCertificate, KnownSupplier, KnownVariety
from station.receival.masters.supplier_matches import known_supplier, match_supplier
from station.runtime.receiver import Taken
from station.store.tables import DownDocument


@dataclass(frozen=True, slots=True)
class ReferenceData:
    """Takes `{"suppliers": [{"source", "number", "name"}], "varieties": [{"id", "species", "name"}],
    "certificates": [{"source", "supplier_number", "claim", "number", "body", "valid_from", "valid_until"}]}`.
    """

    desk: Desk
    by: Actor

    def take(self, document: DownDocument, told: Mapping[str, Any], at: datetime) -> Taken:
        try:
            suppliers = [_supplier(one) for one in told.get("suppliers", ())]
            varieties = [
                KnownVariety(_text(one, "id"), _text(one, "species"), _text(one, "name"))
                for one in told.get("varieties", ())
            ]
            certificates = [_certificate(one) for one in told.get("certificates", ())]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _wrong(error) from error
        number = document.number
        reference_data.merge(self.desk, suppliers, varieties, number, self.by, at, certificates)
        return Taken()


@dataclass(frozen=True, slots=True)
class SupplierMatches:
    """Takes `{"id", "supplier", "source", "number", "name", "reason"}`; `supplier` is the id here."""

    desk: Desk
    by: Actor

    def take(self, document: DownDocument, told: Mapping[str, Any], at: datetime) -> Taken:
        try:
            known, match_id = _supplier(told), _text(told, "id")
            supplier, reason = _text(told, "supplier"), _text(told, "reason")
        except (KeyError, TypeError) as error:
            raise _wrong(error) from error
        match_supplier(
            self.desk, match_id, supplier, known.number, known.name, document.number, reason, self.by, at
        )
        return Taken()


@dataclass(frozen=True, slots=True)
class CorrectionRequests:
    """Takes `{"id", "load", "field", "was", "wanted", "reason"}`; instead of `wanted` a supplier may be told
    as `known`: `{"source", "number", "name"}`. It waits then for a person here."""

    desk: Desk
    by: Actor

    def take(self, document: DownDocument, told: Mapping[str, Any], at: datetime) -> Taken:
        try:
            asked = Asked(
                _text(told, "id"), _text(told, "load"), _text(told, "field"), _text(told, "was"),
                self._wanted(told, at), _text(told, "reason"),
            )  # fmt: skip
        except (KeyError, TypeError) as error:
            raise _wrong(error) from error
        asked_corrections.note(self.desk, asked, document.number, self.by, at)
        return Taken()

    def _wanted(self, told: Mapping[str, Any], at: datetime) -> str:
        if "known" not in told:
            return _text(told, "wanted")
        known = _supplier(told["known"])
        with self.desk.ledger.write() as tx:
            return known_supplier(tx, known.number, known.name, at).id


def _supplier(told: Mapping[str, Any]) -> KnownSupplier:
    name = _text(told, "name")
    if not name:
        raise KeyError("name")
    return KnownSupplier(External(_text(told, "source"), _text(told, "number")), name)


def _certificate(told: Mapping[str, Any]) -> KnownCertificate:
    first, last = (date.fromisoformat(_text(told, name)) for name in ("valid_from", "valid_until"))
    if first > last:
        raise ValueError("valid_until")
    said = Stated(_text(told, "claim"), _text(told, "number"), _text(told, "body"), first, last)
    return KnownCertificate(External(_text(told, "source"), _text(told, "supplier_number")), said)


def _text(told: Mapping[str, Any], name: str) -> str:
    text = told[name]
    if not isinstance(text, str):
        raise TypeError(f"{name}: a text")
    return clean_text(text, LONGEST_NAME)


def _wrong(error: Exception) -> Invalid:
    return Invalid(Fault.DOCUMENT_WRONG, text=str(error))
