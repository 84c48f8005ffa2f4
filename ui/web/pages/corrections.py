"""Corrections: what the evidence bears, and what a manager makes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from station.api.schemas.common import Why
from station.api.views.view import View, view_of
from station.lab import corrections as acts
from station.lab.controls import source_name
from station.receival.deciding import proposals
from station.store.corrections import APPROVED, PROPOSED, with_newest_act
from station.store.tables import Correction, CorrectionAct
from ui.web.measured import basis_named
from ui.web.pages.asked_corrections import AskedCorrection, asked_corrections
from ui.web.pages.device_tables import correction_state
from ui.web.pages.spreads import proposed_spreads, spreads_in_force
from ui.web.proposed import Proposed
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary
from ui.words.i18n import N_, Translator
from ui.words.quality import METHODS
from ui.words.vocabulary import word

ACTS = {"approve": acts.approve, "decline": acts.decline, "end": acts.end}
ERRORS = {"bias": N_("bias"), "sep": N_("SEP"), "rmsep": N_("RMSEP")}
router = APIRouter()


@dataclass(frozen=True, slots=True)
class CorrectionsPage:
    asked: list[AskedCorrection]
    proposed: list[Proposed]
    in_force: list[Proposed]
    every: Table


@router.get("/corrections")
def corrections(reader: Reading) -> Response:
    with view_of(reader.asked) as view:
        rows = with_newest_act(view.tx)[::-1]
        view.names_of(act.by for _, act in rows)
        page = CorrectionsPage(
            asked_corrections(reader, view),
            [
                *(_proposed(reader, view, row) for row, act in rows if act.act == PROPOSED),
                *proposed_spreads(reader, view),
            ],
            [
                *(_proposed(reader, view, row, act) for row, act in rows if act.act == APPROVED),
                *spreads_in_force(reader, view),
            ],
            _every(reader, view, rows),
        )
    return reader.page("corrections.html", page, [page.every])


def _proposed(reader: Reader, view: View, row: Correction, act: CorrectionAct | None = None) -> Proposed:
    _, t = reader.t.gettext, reader.t
    analyte = vocabulary.analyte_name(row.analyte, t.language)
    species = vocabulary.species_name(row.species, t.language) if row.species else _("all species")
    name = source_name(view.tx, row.method, row.source)
    sentence = _("Judged value = value of {name} {sign} {bias} {unit} (± {u}). The raw value stays.").format(
        name=name, sign="−" if row.bias >= 0 else "+", bias=t.number(abs(row.bias), 2), unit=row.unit,
        u=t.number(1.96 * row.u, 2),
    )  # fmt: skip
    facts = _facts(reader, row)
    if act is not None:
        facts += [(_("Approved by"), view.name_of(act.by) or ""), (_("Reason"), act.reason)]
    return Proposed(row.id, f"{name} · {analyte} · {species}", sentence, facts, act is None)


def _facts(reader: Reader, row: Correction) -> list[tuple[str, str]]:
    """The evidence: how many samples, of when, beside whom, and what the spread is before and after."""
    _, t = reader.t.gettext, reader.t
    evidence: dict[str, Any] = row.evidence
    period = [reader.stated(one).shown for one in evidence.get("period", ())]
    found = [
        (_("Samples"), str(evidence.get("n", ""))),
        (_("Period"), " – ".join(period)),
        (_("Basis"), basis_named(t, row.basis)),
        (_("Reference"), ", ".join(evidence.get("reference", ()))),
    ]
    for key, title in (("before", _("Before")), ("after", _("After"))):
        found.append((title, _errors(t, evidence.get(key) or {})))
    return found


def _errors(t: Translator, of: Mapping[str, float]) -> str:
    """Bias, SEP and RMSEP of the same samples."""
    return " · ".join(
        f"{t.gettext(name)} {t.number(of[key], 2)}" for key, name in ERRORS.items() if key in of
    )


def _every(reader: Reader, view: View, rows: Sequence[tuple[Correction, CorrectionAct]]) -> Table:
    _, t = reader.t.gettext, reader.t
    columns = [
        Column(_("Time")), Column(_("Method")), Column(_("Device")), Column(_("Analyte")),
        Column(_("Species")),
        Column(_("Bias"), is_number=True), Column("u", is_number=True), Column(_("Unit")), Column(_("State")),
        Column(_("By")), Column(_("Reason")),
    ]  # fmt: skip
    shown: list[list[Cell]] = [
        [
            reader.moment(act.at),
            reader.text(word(METHODS, row.method, t.language)),
            reader.text(source_name(view.tx, row.method, row.source), f"/devices/{row.source}"),
            reader.text(vocabulary.analyte_name(row.analyte, t.language)),
            reader.species(row.species),
            reader.number(row.bias, 2),
            reader.number(row.u, 3),
            reader.text(row.unit),
            correction_state(reader, act.act),
            reader.text(view.name_of(act.by) or _("the station")),
            reader.text(act.reason),
        ]
        for row, act in rows
    ]
    title = _("Every correction")
    return Table("corrections", title, columns, shown, _("None was proposed yet: the evidence bears none."))


@router.post("/corrections/{correction_id}/{act}")
def act_on(
    reader: Reading,
    correction_id: str,
    act: Literal["approve", "decline", "end"],
    reason: Annotated[Why, Form()],
) -> Response:
    """Approve, decline or end it; open loads are judged anew at once."""
    ACTS[act](reader.desk, correction_id, reason, reader.actor, reader.now())
    proposals.renew(reader.desk, reader.now())
    return RedirectResponse("/corrections", 303)
