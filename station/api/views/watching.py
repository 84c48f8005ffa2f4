"""What a manager is told of holds, controls and verifications."""

from typing import Any

from station.acts.desk import Watching
from station.api.language import vocabulary
from station.api.views.view import View
from station.lab.controls import controls_due, expiring, source_name


def quality_warnings(view: View, watching: Watching) -> dict[str, dict[str, Any]]:
    """What every screen warns of, as {code: params}: values that are held, controls that are overdue,
    verifications that end soon. Those that have ended are told by what is plugged in."""
    held = [
        f"{source_name(view.tx, hold.method, hold.source)} "
        f"({vocabulary.analyte_name(hold.analyte, view.language)})"
        for hold in view.holds()
    ]
    overdue = [due.name for due in controls_due(view.tx, watching, view.now) if due.overdue]
    soon = [one for one in expiring(view.tx, watching, view.policy.day(view.now)) if not one.expired]
    found: dict[str, dict[str, Any]] = {}
    if held:
        found["values_held"] = {"instruments": held}
    if overdue:
        found["controls_overdue"] = {"instruments": list(dict.fromkeys(overdue))}
    if soon:
        names = [one.name for one in soon]
        found["verifications_expire"] = {"instruments": names, "until": soon[0].until.isoformat()}
    return found
