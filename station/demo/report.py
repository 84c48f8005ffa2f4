"""The day in lines: one object per load, then the summary."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from station.api import schemas
from station.demo.account import Account
from station.demo.book import Book
from station.demo.timing import Timing, percentile

STAGES = ("decode", "segment", "infer", "inspect")
NOT_TAKEN = ("load_refused", "load_left", "visit_cancelled")


@dataclass(frozen=True, slots=True)
class FinishedLoad:
    """A load at the end of its visit, and the seconds of its stages."""

    load: schemas.Load
    decided_by: str | None
    seconds: dict[str, float | None]

    @property
    def is_good(self) -> bool:
        """It has an outcome, and a ticket if it was tipped."""
        if self.load.state == "ticketed":
            return self.load.ticket is not None
        return self.load.state in ("refused", "left", "cancelled")

    def as_dict(self) -> dict[str, Any]:
        load = self.load
        return {
            "visit": load.visit_id,
            "load": load.id,
            "outcome": load.state,
            "ticket": load.ticket,
            "plate": load.plate,
            "supplier": load.supplier,
            "species": load.species,
            "gross_kg": load.gross_kg,
            "tare_kg": load.tare_kg,
            "net_kg": load.ticket_document.net_kg if load.ticket_document else None,
            "readings": {used.analyte: _used_value(used) for used in load.values},
            "inspections": [_inspection(c, i) for c in load.captures for i in c.inspections],
            "pit": load.pit,
            "cell": load.cell,
            "reasons": [reason.model_dump() for reason in _reasons(load)],
            "decided_by": self.decided_by,
            "seconds": self.seconds,
        }


def finish_load(load: schemas.Load, book: Book, timing: Timing) -> FinishedLoad:
    inspections = [i for capture in load.captures for i in capture.inspections]
    last = inspections[-1].seconds if inspections else {}
    seconds: dict[str, float | None] = {stage: last.get(stage) for stage in STAGES}
    seconds["propose"] = timing.propose_s.get(load.id)
    return FinishedLoad(load, _decided_by(load, book), {k: _round(v) for k, v in seconds.items()})


def summary(
    visits: int, loads: Sequence[FinishedLoad], unpaired: int, counted: Account, timing: Timing
) -> dict[str, Any]:
    outcomes = [ended.load.state for ended in loads]
    return {
        "trucks": visits,
        "loads": len(loads),
        "tickets": sum(ended.load.ticket is not None for ended in loads),
        "refused": outcomes.count("refused"),
        "unpaired": unpaired,
        "lost": counted.lost,
        "doubled": counted.doubled,
        "propose_ms": _spread(list(timing.propose_s.values())),
        "inspect_ms": _spread(list(timing.inspect_s.values())),
    }


def _used_value(used: schemas.UsedValue) -> dict[str, Any]:
    """A typed value has no device."""
    return {"value": used.value, "unit": used.unit, "basis": used.basis, "device": used.device}


def _inspection(capture: schemas.Capture, seen: schemas.Inspection) -> dict[str, Any]:
    """Returns what one model says of one capture, without what differs from run to run."""
    return {
        "capture": capture.id,
        "photos": capture.photos,
        **seen.model_dump(mode="json", exclude={"id", "at", "seconds"}),
    }


def _reasons(load: schemas.Load) -> list[schemas.Reason]:
    """Tells why it went there: of the cell that was chosen or, where none was, of the load as a whole."""
    if load.proposal is None:
        return []
    chosen = (load.decision.cell, load.decision.pit) if load.decision else (None, None)
    found = [r.reasons for r in load.proposal.ranked if (r.cell, r.pit) == chosen]
    found += [r.reasons for r in load.proposal.refused if not found and r.cell == chosen[0]]
    return [reason for reasons in (*found, load.proposal.reasons, load.photo) for reason in reasons]


def _decided_by(load: schemas.Load, book: Book) -> str | None:
    if load.decision is not None and load.state == "ticketed":
        return load.decision.by
    mine = (
        event for event in book.all(*NOT_TAKEN) if load.id == event.load_id or _is_cancellation(event, load)
    )
    return next((event.by for event in mine), None)


def _is_cancellation(event: schemas.Event, load: schemas.Load) -> bool:
    return event.kind == "visit_cancelled" and event.visit_id == load.visit_id


def _spread(seconds: Sequence[float]) -> dict[str, float | None]:
    return {f"p{p}": _ms(percentile(seconds, p / 100)) for p in (50, 95)}


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)


def _round(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 4)
