"""What a farmer is told of a courtesy sample: quality, cell, charges, with odds; nothing is reserved."""

from collections.abc import Mapping, Sequence
from typing import Any

from ui.words.i18n import N_, Translator
from ui.words.parameters import parameter_texts
from ui.words.vocabulary import analyte_name, site_name, species_name

CHARGES: Mapping[str, str] = {
    "refaction": N_("réfaction for {analyte}: {value}, {beyond} beyond {limit}"),
    "bonification": N_("bonification for {analyte}: {value}, {beyond} beyond {limit}"),
    "drying": N_("drying: {analyte} {value}, {beyond} beyond {limit}"),
}


def first_line(species: str, load_t: float, values: Mapping[str, Mapping[str, Any]], t: Translator) -> str:
    """The load that may come, and what was measured of it."""
    measured = ", ".join(
        f"{analyte_name(name, t.language)} {parameter_texts(one, t)['measured']}"
        for name, one in values.items()
    )
    text = t.gettext("{tonnes} of {species}: {measured}")
    return text.format(
        tonnes=t.tonnes(load_t), species=species_name(species, t.language),
        measured=measured or t.gettext("nothing measured yet"),
    )  # fmt: skip


def place_line(cell: str | None, grade: str | None, t: Translator, *, hold: bool) -> str:
    if cell is None:
        return t.gettext("No cell would take it today.")
    named = {
        "cell": site_name("cell", cell, t.language),
        "grade": site_name("grade", grade or "", t.language),
    }
    if hold:
        return t.gettext("It would wait in {cell}.").format(**named)
    if grade is None:
        return t.gettext("It would go to {cell}.").format(**named)
    return t.gettext("It would go to {cell}, quality {grade}.").format(**named)


def charge_lines(
    lines: Sequence[Mapping[str, Any]],
    load_t: float,
    paid_kg: float | None,
    unknown: Sequence[str],
    t: Translator,
) -> list[str]:
    """Each charge and bonus by what it counts, the payment weight, and what might still move them; prices in
    euros are for managers."""
    found = []
    for one in lines:
        text = CHARGES[one["kind"]]
        words = {name: t.plain(float(one[name]), 2) for name in ("value", "beyond", "limit")}
        words["analyte"] = analyte_name(one["analyte"], t.language)
        found.append(t.gettext(text).format(**words))
    if paid_kg is not None and round(paid_kg) != round(load_t * 1000):
        text = t.gettext("payment weight: {paid} of {net}")
        found.append(text.format(paid=t.kg(round(paid_kg)), net=t.kg(round(load_t * 1000))))
    if unknown:
        names = ", ".join(analyte_name(name, t.language) for name in unknown)
        found.append(t.gettext("not known, and may still count: {names}").format(names=names))
    if not found:
        found.append(t.gettext("no charge"))
    return found


def last_line(t: Translator) -> str:
    return t.gettext("This is what holds now, for grain like the sample's. Nothing is reserved.")
