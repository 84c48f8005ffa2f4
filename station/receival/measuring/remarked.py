"""A value with a remark that has to be asked about counts only when a person says so."""

from collections.abc import Mapping, Sequence
from typing import Any

from drivers.reading import Analyte
from station.acts.refusals import Conflict, Fault
from station.grain.plausible import why_ask
from station.grain.reasons import Code
from station.grain.remarks import ASKED_ABOUT
from station.store.tables import Weighing

Remark = Mapping[str, Any]  # a stored reason: {"code", "params"}

# How an act is refused for a remark, and which of several is named: the first here.
_REFUSED_AS = {
    Code.FOUND_AFTER_DECISION: Fault.FOUND_AFTER_DECISION,
    Code.FAULT_DURING_MEASUREMENT: Fault.MEASURED_WITH_FAULT,
    Code.UNPROTECTED_LINE: Fault.UNPROTECTED_LINE,
    Code.UNUSUAL_VALUE: Fault.UNUSUAL_VALUE,
    Code.NOT_A_DIVISION: Fault.NOT_A_DIVISION,
    Code.UNUSUAL_TARE: Fault.UNUSUAL_TARE,
    Code.UNUSUAL_EMPTY_SHARE: Fault.UNUSUAL_EMPTY_SHARE,
    Code.NOT_OVER_USUAL_TARE: Fault.NOT_OVER_USUAL_TARE,
    Code.WEIGHED_BEFORE_DECISION: Fault.WEIGHED_BEFORE_DECISION,
    Code.NET_SHARED_EQUALLY: Fault.NET_SHARED_EQUALLY,
    Code.MORE_THAN_KNOWN: Fault.MORE_THAN_KNOWN,
    Code.OVER_CAPACITY: Fault.OVER_CAPACITY,
    Code.COUNT_FAR_OFF: Fault.COUNT_FAR_OFF,
    Code.MUCH_WASTE: Fault.MUCH_WASTE,
    Code.DRY_MATTER_DIFFERS: Fault.DRY_MATTER_DIFFERS,
    Code.OTHER_MOISTURE: Fault.OTHER_MOISTURE,
    Code.MORE_THAN_LEFT: Fault.MORE_THAN_LEFT,
    Code.OVERLOADED: Fault.OVERLOADED,
    Code.OTHER_GRADE: Fault.OTHER_GRADE,
    Code.OVER_ORDER: Fault.OVER_ORDER,
    Code.PAPER_WRITTEN: Fault.PAPER_WRITTEN,
    Code.OTHER_SPECIES: Fault.OTHER_SPECIES,
    Code.SPOILS_CELL: Fault.SPOILS_CELL,
    Code.SPOILED_IN_CELL: Fault.SPOILED_IN_CELL,
    Code.CLAIMS_GIVEN_UP: Fault.CLAIMS_GIVEN_UP,
}


def check_asked(remarks: Sequence[Remark], despite_remarks: bool) -> list[str]:
    """Returns the codes that the person was asked about and answered for, for the audit row.

    Raises Conflict, which names them, where `despite_remarks` is not said; its code is the first of
    `_REFUSED_AS` that applies."""
    asked = [dict(remark) for remark in remarks if remark["code"] in ASKED_ABOUT]
    if asked and not despite_remarks:
        first = min(asked, key=lambda remark: list(_REFUSED_AS).index(remark["code"]))
        raise Conflict(_REFUSED_AS[first["code"]], **first["params"], remarks=asked)
    return [remark["code"] for remark in asked]


def asked_at_use(weighing: Weighing) -> Sequence[Remark]:
    """Returns what is asked of a weight when it is used: a typed one was asked about when it was typed."""
    return [] if weighing.typed_by else weighing.remarks


def asked_about(values: Mapping[Analyte, float], species: str | None) -> list[dict[str, Any]]:
    """Returns what a person is asked about before these values of grain of this species are recorded."""
    found = [why_ask(analyte, value, species) for analyte, value in values.items()]
    return [reason.as_dict() for reason in found if reason is not None]
