"""A courtesy sample's answer, in figures and in words."""

from typing import Any

from station.api import schemas
from station.api.language import courtesy_words, odds_texts, reasons, translator
from station.api.views.outcome import ranked
from station.api.views.view import View, values_of
from station.grain.paying import PayLine
from station.receival.deciding.courtesy import CourtesyAnswer


def courtesy(view: View, found: CourtesyAnswer) -> schemas.CourtesyAnswer:
    result, pay = found.proposal.as_dict(), found.pay
    values = found.assessment.as_dict()["results"]
    chosen = next((one for one in result["ranked"] if one["cell"] == found.proposal.cell), None)
    charges = [_charge(line) for line in pay.lines] if pay else []
    return schemas.CourtesyAnswer(
        barcode=found.sample.barcode,
        species=found.species,
        load_t=found.load_t,
        values=values_of(values),
        cell=found.proposal.cell,
        pit=found.proposal.pit,
        hold=found.proposal.hold,
        grade=found.grade,
        p_load_ok=chosen.get("p_load_ok") if chosen else None,
        reasons=reasons(result["reasons"], view.language),
        ranked=[ranked(view, one) for one in result["ranked"]],
        paid_kg=float(pay.paid_kg) if pay else None,
        charges=charges,
        text=_text(view, found, values, chosen, charges),
    )


def _charge(line: PayLine) -> schemas.Charge:
    return schemas.Charge(
        kind=line.kind, analyte=line.analyte.value, value=float(line.value), limit=line.limit,
        beyond=float(line.beyond), percent=None if line.on == "fee" else float(line.amount), kg=line.kg,
    )  # fmt: skip


def _text(
    view: View, found: CourtesyAnswer, values: dict[str, Any], chosen: dict[str, Any] | None,
    charges: list[schemas.Charge],
) -> list[str]:  # fmt: skip
    t, words, proposal, pay = translator(view.language), courtesy_words, found.proposal, found.pay
    codes = [one["code"] for one in chosen["reasons"]] if chosen else []
    told = [*proposal.as_dict()["reasons"], *(chosen["reasons"] if chosen else [])]
    odds = odds_texts(chosen.get("p_load_ok"), chosen.get("p_cell_ok"), None, codes, t) if chosen else []
    charged = (
        words.charge_lines(
            [one.model_dump() for one in charges], found.load_t, float(pay.paid_kg),
            [analyte.value for analyte in pay.unknown], t,
        )
        if pay
        else []
    )  # fmt: skip
    return [
        words.first_line(found.species, found.load_t, values, t),
        words.place_line(proposal.cell, found.grade, t, hold=proposal.hold),
        *odds,
        *(one.message for one in reasons(told, view.language)),
        *charged,
        words.last_line(t),
    ]
