"""A value with a remark that has to be asked about counts only when a person says so."""

from collections.abc import Mapping, Sequence
from typing import Any

from station.acts.refusals import Conflict, Fault
from station.grain.remarks import ASKED_ABOUT

Remark = Mapping[str, Any]  # a stored reason: {"code", "params"}


def check_asked(remarks: Sequence[Remark], despite_remarks: bool) -> list[str]:
    """Returns the codes that the person was asked about and answered for, for the audit row.

    Raises Conflict(measured_with_fault), which names them, where `despite_remarks` is not said."""
    asked = [dict(remark) for remark in remarks if remark["code"] in ASKED_ABOUT]
    if asked and not despite_remarks:
        raise Conflict(Fault.MEASURED_WITH_FAULT, what=asked[0]["params"].get("what"), remarks=asked)
    return [remark["code"] for remark in asked]
