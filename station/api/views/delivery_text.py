"""The delivery note as it is printed, 42 columns as a ticket; the analysis bulletin stands below.

Every line is made from the note's stored document, so an old one reads the same next year.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from textwrap import wrap
from typing import Any

from station.api.language import Translator, reasons, translator, vocabulary

WIDTH = 42  # of a receipt printer
Document = Mapping[str, Any]


def delivery_text(document: Document, language: str) -> str:
    """Each line has at most 42 characters."""
    t = translator(language)
    rule = "-" * WIDTH
    parts = [
        _head(document, t), [rule], _who(document, t), [rule], _weights(document, t), [rule],
        _transport(document, t), _samples(document, t), [rule], _bulletin(document, t), ["=" * WIDTH],
    ]  # fmt: skip
    return "\n".join(line for part in parts for line in part) + "\n"


def _head(document: Document, t: Translator) -> Iterator[str]:
    yield from wrap(document["site"], WIDTH)
    yield "=" * WIDTH
    yield t.gettext("DELIVERY NOTE No. {number}").format(number=document["number"]).center(WIDTH).rstrip()
    yield from _pair(t.gettext("Campaign"), document["campaign"])
    yield from _pair(t.gettext("Issued"), t.moment(datetime.fromisoformat(document["at"])))
    if document.get("time_doubt"):
        yield from wrap(t.gettext("TIME NOT CONFIRMED"), WIDTH)
    yield from _pair(t.gettext("By"), document["by"])


def _who(document: Document, t: Translator) -> Iterator[str]:
    grade = document["grade"]
    lines = [
        (t.gettext("Buyer"), document["buyer"]),
        (t.gettext("Destination"), document["destination"]),
        (t.gettext("Order"), document["order"]),
        (t.gettext("Left of it"), _tonnes(document.get("order_left_kg"), t)),
        (t.gettext("Carrier"), document["carrier"]),
        (t.gettext("Driver"), document["driver"]),
        (t.gettext("Vehicle"), document["plate"]),
        (t.gettext("Trailer"), document["trailer"]),
        (t.gettext("Product"), vocabulary.species_name(document["species"], t.language)),
        (t.gettext("Grade"), vocabulary.site_name("grade", grade, t.language) if grade else ""),
        *((t.gettext("Claim"), vocabulary.claim_name(one, t.language)) for one in document["claims"]),
        (t.gettext("Regime"), vocabulary.word(vocabulary.REGIMES, document["regime"], t.language)),
        (t.gettext("Treated with"), ", ".join(document["treated"])),
    ]
    for name, text in lines:
        if text:
            yield from _pair(name, text)


def _tonnes(kg: float | None, t: Translator) -> str:
    return "" if kg is None else t.tonnes(kg / 1000)


def _weights(document: Document, t: Translator) -> Iterator[str]:
    for name, weight in ((t.gettext("EMPTY"), document["empty"]), (t.gettext("FULL"), document["full"])):
        yield from _pair(name, t.kg(weight["kg"]))
        at = t.moment(datetime.fromisoformat(weight["at"]))
        proof = weight["instrument"] or ""
        if weight["sealed_number"]:
            proof = t.gettext("sealed No. {number}").format(number=weight["sealed_number"])
        if weight["typed_by"]:
            proof = t.gettext("TYPED BY HAND: {who}").format(who=weight["typed_by"])
        yield from _pair(f"  {at}", proof)
        for remark in reasons(weight["remarks"], t.language):
            yield from wrap(f"! {remark.message}", WIDTH)
    yield from _pair(t.gettext("NET"), t.kg(document["net_kg"]))
    for one in document["loaded"]:
        yield from _pair(f"  {one['cell_name']}", t.kg(one["kg"]))
    if document["limit_kg"] is not None and document["full"]["kg"] > document["limit_kg"]:
        text = t.gettext("OVER THE {limit} THAT THE VEHICLE MAY WEIGH")
        yield from wrap(text.format(limit=t.kg(document["limit_kg"])), WIDTH)


def _transport(document: Document, t: Translator) -> Iterator[str]:
    told = document["transport"]
    if told is None:
        return
    yield t.gettext("Last cargoes, and cleaning after them:")
    for one in told["previous"]:
        cargo = vocabulary.word(vocabulary.CARGOES, one["cargo"], t.language)
        yield from _pair(f"  {cargo}", vocabulary.word(vocabulary.CLEANING, one["cleaning"], t.language))
    yield from _pair(t.gettext("Body checked by"), told["by"])


def _samples(document: Document, t: Translator) -> Iterator[str]:
    for one in document["samples"]:
        parts = t.ngettext("{count} part", "{count} parts", one["parts"]).format(count=one["parts"])
        yield from _pair(t.gettext("Sample {number}").format(number=one["number"]), parts)
        if one["seal"]:
            yield from _pair(t.gettext("  seal"), one["seal"])


def _bulletin(document: Document, t: Translator) -> Iterator[str]:
    """The mean of what left, by analyte: value, standard uncertainty, basis, measurements, and its limits."""
    bulletin = document["bulletin"]
    yield t.gettext("ANALYSIS BULLETIN").center(WIDTH).rstrip()
    if not bulletin["values"]:
        yield from wrap(t.gettext("Nothing is known by measurement."), WIDTH)
    for name, one in bulletin["values"].items():
        yield from _pair(vocabulary.analyte_name(name, t.language), _value(one, t))
        yield from _pair(f"  {_counted(one, t)}", _limits(name, bulletin["limits"], t))


def _value(one: Mapping[str, Any], t: Translator) -> str:
    if one["value"] is None:
        return t.gettext("no mean")
    spread = f" ± {t.plain(one['u'], 2)}" if one["u"] is not None else ""
    basis = one["basis"] if one["basis"] != "as_is" else None
    written = f"{t.plain(one['value'], 2)}{spread} {one['unit']}"
    return f"{written} {vocabulary.basis_name(basis, t.language)}".strip()


def _counted(one: Mapping[str, Any], t: Translator) -> str:
    known = t.tonnes(one["known_t"])
    if one["n"] is None:
        return t.gettext("of {tonnes}").format(tonnes=known)
    return t.gettext("of {tonnes}, n = {count}").format(tonnes=known, count=one["n"])


def _limits(name: str, limits: list[Mapping[str, Any]], t: Translator) -> str:
    signs = {">=": "≥", "<=": "≤"}
    return ", ".join(
        f"{signs.get(one['op'], one['op'])} {t.plain(one['limit'], 2)}"
        for one in limits
        if one["analyte"] == name
    )


def _pair(name: str, value: str) -> Iterator[str]:
    """Name left and value right; on lines of its own where both do not fit."""
    value = value.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
    room = WIDTH - len(name) - 1
    if len(value) <= room:
        yield f"{name} {value:>{room}}".rstrip()
        return
    yield from wrap(name, WIDTH)
    yield from wrap(value, WIDTH, initial_indent="    ", subsequent_indent="    ")
