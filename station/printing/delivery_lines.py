"""What a delivery note (bon de livraison) says, line by line, with the analysis bulletin of its goods.

Every line is made from the note's stored document, so an old one reads the same next year. A further print
says that it is one (DUPLICATA); goods that never went or came back are told on top.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from station.printing.lines import (
    Duplicate,
    Line,
    Section,
    Sentence,
    Title,
    duplicate_lines,
    pair,
    time_lines,
    when,
)
from station.printing.ticket_text import WIDTH, text_lines
from station.printing.weight_lines import weight_lines
from ui.words import vocabulary
from ui.words.i18n import Translator, translator
from ui.words.parameters import parameter_texts

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Returned:
    """What became of the goods after the paper: `is_cancelled`, they never went; else `kg` came back."""

    is_cancelled: bool
    kg: float
    why: str


def delivery_text(document: Document, language: str) -> str:
    """Write the paper as text; each line has at most 42 characters."""
    return "\n".join([*text_lines(delivery_sections(document, language)), "=" * WIDTH]) + "\n"


def delivery_sections(
    document: Document, language: str, *, duplicate: Duplicate | None = None, returned: Returned | None = None
) -> list[Section]:
    """List the parts of a note: its head, who, the weights, vehicle and samples, the bulletin."""
    t = translator(language)
    parts = (
        [*duplicate_lines(duplicate, t), *_returned(returned, t), *_head(document, t)],
        list(_who(document, t)),
        list(_weights(document, t)),
        [*_transport(document, t), *_samples(document, t)],
        list(_bulletin(document["bulletin"], t)),
    )
    return [part for part in parts if part]


def _returned(returned: Returned | None, t: Translator) -> Iterator[Line]:
    if returned is None:
        return
    if returned.is_cancelled:
        yield Title(t.gettext("CANCELLED: it never left"), large=True)
    else:
        yield Title(t.gettext("{kg} CAME BACK").format(kg=t.kg(returned.kg)), large=True)
    yield Sentence(returned.why)


def _head(document: Document, t: Translator) -> Iterator[Line]:
    yield Sentence(document["site"])
    yield Title(t.gettext("DELIVERY NOTE No. {number}").format(number=document["number"]))
    yield from pair(t.gettext("Campaign"), document["campaign"])
    yield from time_lines(t.gettext("Issued"), document["at"], document.get("time_doubt"), t)
    yield from pair(t.gettext("By"), document["by"])


def _who(document: Document, t: Translator) -> Iterator[Line]:
    left_kg = document.get("order_left_kg")
    lines = [
        (t.gettext("Buyer"), document["buyer"]),
        (t.gettext("Destination"), document["destination"]),
        (t.gettext("Order"), document["order"]),
        (t.gettext("Left of it"), "" if left_kg is None else t.tonnes(left_kg / 1000)),
        (t.gettext("Carrier"), document["carrier"]),
        (t.gettext("Driver"), document["driver"]),
        (t.gettext("Vehicle"), document["plate"]),
        (t.gettext("Trailer"), document["trailer"]),
        (t.gettext("Product"), vocabulary.species_name(document["species"], t.language)),
        (t.gettext("Grade"), _grade(document, t)),
        *((t.gettext("Claim"), vocabulary.claim_name(one, t.language)) for one in document["claims"]),
        (t.gettext("Regime"), vocabulary.word(vocabulary.REGIMES, document["regime"], t.language)),
        (t.gettext("Treated with"), ", ".join(document["treated"])),
    ]
    for name, text in lines:
        if text:
            yield from pair(name, text)


def _grade(document: Document, t: Translator) -> str:
    named: Mapping[str, str] = document["bulletin"].get("grade_name", {})
    if name := named.get(t.language):
        return name
    return vocabulary.site_name("grade", document["grade"], t.language) if document["grade"] else ""


def _weights(document: Document, t: Translator) -> Iterator[Line]:
    yield from weight_lines(t.gettext("EMPTY"), document["empty"], t)
    yield from weight_lines(t.gettext("FULL"), document["full"], t)
    yield from pair(t.gettext("NET"), t.kg(document["net_kg"]), strong=True)
    for one in document["loaded"]:
        yield from pair(f"  {one['cell_name']}", t.kg(one["kg"]))
    if document["limit_kg"] is not None and document["full"]["kg"] > document["limit_kg"]:
        text = t.gettext("OVER THE {limit} THAT THE VEHICLE MAY WEIGH")
        yield Sentence(text.format(limit=t.kg(document["limit_kg"])))


def _transport(document: Document, t: Translator) -> Iterator[Line]:
    told = document["transport"]
    if told is None:
        return
    yield Sentence(t.gettext("Last cargoes, and cleaning after them:"))
    for one in told["previous"]:
        cargo = vocabulary.word(vocabulary.CARGOES, one["cargo"], t.language)
        yield from pair(f"  {cargo}", vocabulary.word(vocabulary.CLEANING, one["cleaning"], t.language))
    yield from pair(t.gettext("Body checked by"), told["by"])
    yield from pair("  " + t.gettext("checked on"), when(told["at"], t))


def _samples(document: Document, t: Translator) -> Iterator[Line]:
    for one in document["samples"]:
        parts = t.ngettext("{count} part", "{count} parts", one["parts"]).format(count=one["parts"])
        yield from pair(t.gettext("Sample {number}").format(number=one["number"]), parts)
        if one["seal"]:
            yield from pair("  " + t.gettext("seal"), one["seal"])


def _bulletin(bulletin: Mapping[str, Any], t: Translator) -> Iterator[Line]:
    """The mean of what left, by analyte: value, standard uncertainty, basis, measurements, and its limits."""
    yield Title(t.gettext("ANALYSIS BULLETIN"))
    if not bulletin["values"]:
        yield Sentence(t.gettext("Nothing is known by measurement."))
    for name, one in bulletin["values"].items():
        yield from pair(vocabulary.analyte_name(name, t.language), _value(one, t))
        yield from pair(f"  {_counted(one, t)}", _limits(name, bulletin["limits"], t))


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


def _limits(name: str, limits: Iterable[Mapping[str, Any]], t: Translator) -> str:
    return ", ".join(
        f"{parameter_texts({'op': one['op']}, t)['op']} {t.plain(one['limit'], 2)}"
        for one in limits
        if one["analyte"] == name
    )
