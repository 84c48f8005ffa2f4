"""The rule packs that hold, for each species: dates, key, grades and limits in words, prices and what moves
them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Response

from drivers.reading import UNIT_OF, Basis
from station.api import schemas
from station.api.views.rules import rule_packs
from station.api.views.view import view_of
from station.grain.grades import Adjustment, Criterion, Grade, RulePack
from station.receival.packs.pack_standing import packs_in_force
from ui.web.measured import NO_BREAK
from ui.web.pages.pay_table import ADJUSTMENTS
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words.i18n import N_, Translator
from ui.words.vocabulary import analyte_name, basis_name, claim_name

router = APIRouter()
SIGNS = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}

_REQUIRED = {"intake": N_("before tipping"), "later": N_("later"), "declared": N_("declared")}
_KINDS = {
    "blendable": N_("of the mixture"), "never_blend": N_("never to be blended"),
    "information": N_("told only"),
}  # fmt: skip
_CONFIDENCE = {"high": N_("text read"), "middle": N_("second hand"), "low": N_("to be replaced")}
_PER = {
    "price": N_("{rate} % of the price per {step}"),
    "weight": N_("{rate} % of the weight per {step}"),
    "fee": N_("{rate} €/t per {step}"),
}


@dataclass(frozen=True, slots=True)
class RulesPage:
    installed: Table
    limits: Table
    money: Table


@router.get("/rules")
def rules(reader: Reading) -> Response:
    with view_of(reader.asked) as view:
        held = packs_in_force(view.tx, view.now)
        page = RulesPage(_installed(reader, rule_packs(view)), _limits(reader, held), _money(reader, held))
    return reader.page("rules.html", page, [page.installed, page.limits, page.money])


def _installed(reader: Reader, packs: list[schemas.RulePack]) -> Table:
    """The newest first; what is withdrawn too, for old decisions are explained with it."""
    _ = reader.t.gettext
    columns = [
        Column(_("Rule pack")), Column(_("Version")), Column(_("In force for")), Column(_("Valid from")),
        Column(_("Until")), Column(_("State")), Column(_("Since")), Column(_("By")),
        Column(_("Signed with")), Column(_("Reason")),
    ]  # fmt: skip
    states = {"installed": _("installed"), "withdrawn": _("withdrawn")}
    signed = {"key": "", "shipped": _("shipped with the station"), "no": _("not signed")}
    rows = [
        [
            reader.text(one.name),
            reader.text(one.version),
            Cell(
                ", ".join(reader.species(name).shown for name in one.species), " ".join(one.species),
                mark="good" if one.in_force else "",
            ),
            _instant(reader, one.valid_from),
            _instant(reader, one.valid_until),
            Cell(states[one.act], one.act, mark="quiet" if one.act == "withdrawn" else ""),
            _instant(reader, one.at),
            reader.text(one.by or _("the site file")),
            Cell(signed[one.signed] or one.key, one.key, mark="warn" if one.signed == "no" else ""),
            reader.text(one.why),
        ]
        for one in reversed(packs)
    ]  # fmt: skip
    return Table("packs", _("Rule packs"), columns, rows, _("No rule pack is installed."))


def _limits(reader: Reader, held: Mapping[str, RulePack]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Species")), Column(_("Quality")), Column(_("Price"), "€/t", is_number=True),
        Column(_("Claims")), Column(_("Limit")), Column(_("Step"), is_number=True),
        Column(_("Sure by"), "%", is_number=True), Column(_("Known at")), Column(_("Judged")),
        Column(_("Source")), Column(_("Source's weight")),
    ]  # fmt: skip
    rows = [
        [*_grade(reader, pack, grade), *_criterion(reader, one)]
        for pack, grade in _grades(held)
        for one in grade.criteria
    ]
    return Table("limits", _("Qualities and their limits"), columns, rows, _("No rule pack is in force."))


def _grades(held: Mapping[str, RulePack]) -> Iterator[tuple[RulePack, Grade]]:
    """Those that hold, the preferred ones of a species first."""
    for species, pack in held.items():
        grades = [one for one in pack.grades if one.species == species]
        yield from ((pack, one) for one in sorted(grades, key=lambda grade: -grade.value))


def _grade(reader: Reader, pack: RulePack, grade: Grade) -> list[Cell]:
    t = reader.t
    return [
        reader.species(grade.species),
        Cell(grade.name.get(t.language, grade.id), grade.id),
        reader.number(pack.prices.get(grade.id), 2),
        reader.text(", ".join(claim_name(claim, t.language) for claim in sorted(grade.claims))),
    ]


def _criterion(reader: Reader, one: Criterion) -> list[Cell]:
    t = reader.t
    words = [
        analyte_name(one.analyte.value, t.language), SIGNS[one.op.value], t.plain(one.limit), one.unit.value,
        basis_name(one.basis.value, t.language) if one.basis and one.basis != Basis.AS_IS else "",
    ]  # fmt: skip
    kind = t.gettext(_KINDS[one.kind])
    return [
        Cell(" ".join(filter(None, words)), f"{one.analyte} {one.op.value} {one.limit}"),
        Cell(t.plain(one.step), one.step),
        reader.number(None if one.sure is None else 100 * one.sure, 0),
        Cell(t.gettext(_REQUIRED[one.required]), one.required),
        Cell(kind, one.kind, mark="bad" if one.kind == "never_blend" else ""),
        reader.text(one.source),
        _weight(reader, one.confidence),
    ]


def _money(reader: Reader, held: Mapping[str, RulePack]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Species")), Column(_("Qualities")), Column(_("What")), Column(_("Beyond")),
        Column(_("How much")), Column(_("At most"), is_number=True), Column(_("Source")),
        Column(_("Source's weight")),
    ]  # fmt: skip
    rows = [
        _adjustment(reader, pack, one)
        for species, pack in held.items()
        for one in pack.adjustments
        if one.species == species
    ]
    return Table("money", _("What moves the pay"), columns, rows, _("The packs move no pay."))


def _step(t: Translator, per: float, unit: str) -> str:
    """A percentage moves by points: 1 % more of it is another thing."""
    if unit != "%":
        return f"{t.plain(per)} {unit}"
    return t.gettext("point") if per == 1 else t.gettext("{number} point").format(number=t.plain(per))


def _instant(reader: Reader, at: datetime | None) -> Cell:
    """Write a moment with its year: packs of several harvests stand here."""
    text = "" if at is None else f"{reader.t.date(at)} {reader.t.time(at)}"
    return Cell(text.replace(" ", NO_BREAK), at)


def _adjustment(reader: Reader, pack: RulePack, one: Adjustment) -> list[Cell]:
    t = reader.t
    unit, analyte = UNIT_OF[one.analyte].value, analyte_name(one.analyte.value, t.language)
    named = [grade.name.get(t.language, grade.id) for grade in pack.grades if grade.id in one.grades]
    until = "" if one.until is None else f" … {t.plain(one.until)}"
    told = t.gettext(_PER[one.on]).format(rate=t.plain(one.rate), step=_step(t, one.per, unit))
    return [
        reader.species(one.species),
        Cell(", ".join(named) or t.gettext("all"), " ".join(sorted(one.grades))),
        Cell(t.gettext(ADJUSTMENTS[one.kind]), one.kind),
        Cell(f"{analyte} {one.op.value} {t.plain(one.limit)}{until} {unit}", one.limit),
        Cell(told, one.rate),
        Cell("" if one.most is None else t.plain(one.most), one.most),
        reader.text(one.source),
        _weight(reader, one.confidence),
    ]


def _weight(reader: Reader, confidence: str | None) -> Cell:
    shown = reader.t.gettext(_CONFIDENCE[confidence]) if confidence else ""
    return Cell(shown, confidence, mark="warn" if confidence == "low" else "")
