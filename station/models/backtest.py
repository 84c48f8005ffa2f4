"""Compare a candidate over captures of the past with the model that was active: per period, how much each
refused and how far each was from laboratory and machine."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from typing import Any

from station.models.agreement import Reference, Verdict, abstention_rate, evidence

WHOLE = "all"


@dataclass(frozen=True, slots=True)
class BacktestCase:
    """Describes one capture with a value of laboratory or machine. `species` is the declared one as a photo
    is judged; `active`: what the model that was active then said, if any was."""

    capture_id: str
    at: datetime
    species: str | None
    photos: tuple[str, ...]
    references: tuple[Reference, ...]
    active: Verdict | None

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values, of which `from_dict` makes an equal case."""
        return asdict(self) | {
            "at": self.at.isoformat(),
            "active": asdict(self.active) | {"at": self.at.isoformat()} if self.active else None,
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> "BacktestCase":
        at = datetime.fromisoformat(told["at"])
        active = Verdict(**{**told["active"], "at": at}) if told["active"] else None
        known = tuple(Reference(**one) for one in told["references"])
        return cls(told["capture_id"], at, told["species"], tuple(told["photos"]), known, active)


def report(cases: Sequence[BacktestCase], candidate: Sequence[Verdict], zone: tzinfo) -> list[dict[str, Any]]:
    """Report on the whole time, then on each week of the site's own calendar. Captures that the candidate's
    worker failed on are told as `not_judged`."""
    weeks: dict[str, list[BacktestCase]] = {}
    for case in cases:
        weeks.setdefault(f"{case.at.astimezone(zone):%G-W%V}", []).append(case)
    judged = {one.capture_id: one for one in candidate}
    return [_period(name, found, judged) for name, found in [(WHOLE, cases), *sorted(weeks.items())]]


def _period(name: str, cases: Sequence[BacktestCase], judged: Mapping[str, Verdict]) -> dict[str, Any]:
    known = {case.capture_id: case.references for case in cases}
    mine = [judged[case.capture_id] for case in cases if case.capture_id in judged]
    active = [case.active for case in cases if case.active is not None]
    return {
        "period": name,
        "captures": len(cases),
        "not_judged": len(cases) - len(mine),
        "candidate": {"abstention_rate": abstention_rate(mine), "evidence": evidence(mine, known)},
        "active": {
            "captures": len(active),
            "abstention_rate": abstention_rate(active),
            "evidence": evidence(active, known),
        },
    }
