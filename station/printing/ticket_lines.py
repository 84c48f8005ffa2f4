"""What a ticket says, line by line, whatever paper it is printed on.

Every line is made from the ticket's stored document, so an old ticket reads the same next year. A weight
or value typed by a person says so, with the name; a weight that no sealed number proves says what does; a
value of an instrument whose verification had expired stands apart, and a weight of one is marked; a time that
nobody could confirm says so. A further print of a ticket says that it is one (DUPLICATA).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from station.printing.lines import (
    Duplicate,
    Line,
    Section,
    Sentence,
    Title,
    duplicate_lines,
    pair,
    remark_lines,
    time_lines,
    when,
)
from station.printing.weight_lines import weight_lines
from ui.words import vocabulary
from ui.words.i18n import N_, Translator, translator

_PAY = {"refaction": N_("Deduction"), "bonification": N_("Bonus"), "drying": N_("Drying charge")}
_WEIGHTS = {"gross": N_("GROSS"), "tare": N_("TARE")}
_PROOFS = {
    "indicator": N_("{weights} without sealed No.: the indicator's slip is the legal one."),
    "own_slip": N_("{weights} without sealed No.: the indicator's slip goes with this ticket."),
}


def ticket_sections(
    document: Mapping[str, Any], language: str, *, provisional: bool = False,
    duplicate: Duplicate | None = None,
) -> list[Section]:  # fmt: skip
    """List the parts of a ticket's document: its head, who, the weights, the values, pay and tipping.
    `provisional`: its grade waits for a laboratory, and the paper says so."""
    t = translator(language)
    return [
        list(part)
        for part in (
            [*duplicate_lines(duplicate, t), *_head(document, t)],
            _who(document, t),
            _weights(document, t),
            [*_values(document, t), *_provisional(t, is_so=provisional)],
            [*_paid(document, t), *_tipped(document, t), *_corrects(document, t)],
        )
    ]


def _provisional(t: Translator, *, is_so: bool) -> Iterator[Line]:
    if is_so:
        yield Sentence(t.gettext("GRADE PROVISIONAL: a laboratory's results are awaited"))


def _head(document: Mapping[str, Any], t: Translator) -> Iterator[Line]:
    yield Sentence(document["site"])
    yield from _numbered(document, t)
    yield from pair(t.gettext("Campaign"), document["campaign"])
    yield from time_lines(t.gettext("Issued"), document["at"], document.get("time_doubt"), t)
    yield from pair(t.gettext("By"), document["by"])
    if paper := document.get("paper"):
        yield from pair(t.gettext("Paper pad No."), paper["number"])
        yield from pair("  " + t.gettext("closed on paper"), when(paper["at"], t))


def _numbered(document: Mapping[str, Any], t: Translator) -> Iterator[Line]:
    """The title has the number that counts. Where the co-operative's program gives it, ours stands below;
    while it is awaited the paper is provisional. Where its ticket is the legal one, ours is a weigh note."""
    number, is_note = document["number"], document.get("legal_elsewhere", False)
    theirs, is_theirs = document.get("erp_number"), "erp_number" in document
    if is_note:
        yield Title(t.gettext("WEIGH NOTE No. {number}").format(number=number))
        yield Sentence(t.gettext("The delivery ticket is issued by the co-operative's program."))
    elif theirs or not is_theirs:
        yield Title(t.gettext("DELIVERY TICKET No. {number}").format(number=theirs or number))
    else:
        yield Title(t.gettext("PROVISIONAL DELIVERY TICKET"))
    if is_theirs and theirs is None:
        yield Sentence(t.gettext("Its number is awaited."))
    if is_note and theirs:
        yield from pair(t.gettext("Delivery ticket No."), theirs)
    elif is_theirs and not is_note:
        yield from pair(t.gettext("Station's No."), str(number))


def _corrects(document: Mapping[str, Any], t: Translator) -> Iterator[Line]:
    """A correcting ticket names the one that it takes the place of, and says why."""
    told = document.get("corrects")
    if told:
        words = t.gettext("Cancels and replaces ticket No. {number} of {moment}: {why}")
        moment = t.moment(datetime.fromisoformat(told["at"]))
        number = told.get("erp_number", told["number"])
        yield Sentence(words.format(number=number, moment=moment, why=told["why"]))


def _who(document: Mapping[str, Any], t: Translator) -> Iterator[Line]:
    yield from pair(t.gettext("Vehicle"), document["plate"])
    if document.get("trailer"):
        yield from pair(t.gettext("Trailer"), document["trailer"])
    yield from time_lines(t.gettext("Arrived"), document["arrived_at"], document.get("arrival_doubt"), t)
    yield from pair(t.gettext("Supplier"), document["supplier"])
    for owner in document["owners"]:
        share = t.percent(owner["share"], 0 if round(owner["share"] * 100, 6).is_integer() else 2)
        yield from pair(t.gettext("Owner"), f"{owner['name']} {share}")
    yield from pair(t.gettext("Product"), vocabulary.species_name(document["species"], t.language))
    yield from pair(t.gettext("Regime"), vocabulary.word(vocabulary.REGIMES, document["regime"], t.language))
    yield from pair(t.gettext("Received by"), document["organisation"])
    yield from _contract(document.get("contract"), t)
    if document["declared_variety"]:
        yield from pair(t.gettext("Variety declared"), document["declared_variety"])
    for claim in document["claims"]:
        yield from pair(t.gettext("Claim"), vocabulary.claim_name(claim, t.language))
    for barcode in document["barcodes"]:
        yield from pair(t.gettext("Sample"), barcode)


def _contract(contract: Mapping[str, Any] | None, t: Translator) -> Iterator[Line]:
    if contract:
        yield from pair(t.gettext("Contract"), contract["number"])
        if contract.get("remaining_t") is not None:
            yield from pair("  " + t.gettext("remaining"), t.tonnes(contract["remaining_t"], 3))


def _weights(document: Mapping[str, Any], t: Translator) -> Iterator[Line]:
    for part, name in _WEIGHTS.items():
        yield from weight_lines(t.gettext(name), document[part], t)
    yield from _net(document, t)
    yield from _proofs(document, t)


def _net(document: Mapping[str, Any], t: Translator) -> Iterator[Line]:
    together = document.get("weighed_together", {"loads": 1})
    if together["loads"] == 1:
        yield from pair(t.gettext("NET"), t.kg(document["net_kg"]), strong=True)
    else:
        of_all = t.gettext("NET OF THE {loads} LOADS").format(loads=together["loads"])
        yield from pair(of_all, t.kg(together["net_kg"]))
        yield from pair(t.gettext("NET OF THIS LOAD"), t.kg(document["net_kg"]), strong=True)
    yield from remark_lines(document.get("net_remarks", ()), t)


def _proofs(document: Mapping[str, Any], t: Translator) -> Iterator[Line]:
    """Say of weights that are not stored under a sealed number where the legal ones stand."""
    for proof, sentence in _PROOFS.items():
        found = [t.gettext(name) for part, name in _WEIGHTS.items() if document[part].get("proof") == proof]
        if found:
            yield Sentence(t.gettext(sentence).format(weights=", ".join(found)))


def _values(document: Mapping[str, Any], t: Translator) -> Iterator[Line]:
    if grade := (document.get("quality") or {}).get("name"):
        yield from pair(t.gettext("Grade"), grade.get(t.language) or next(iter(grade.values())))
    apart = {name: value for name, value in document["values"].items() if value.get("remarks")}
    yield from _lines({name: value for name, value in document["values"].items() if name not in apart}, t)
    if apart:
        yield Sentence(t.gettext("VERIFICATION EXPIRED, for information only:"))
        yield from _lines(apart, t)
        remarks = {str(one): one for value in apart.values() for one in value["remarks"]}
        yield from remark_lines(remarks.values(), t)
    if not document["values"]:
        yield Sentence(t.gettext("No analysis"))


def _lines(values: Mapping[str, Mapping[str, Any]], t: Translator) -> Iterator[Line]:
    for analyte, value in values.items():
        amount = f"{t.plain(value['value'], 2)} {value['unit']}"
        basis = vocabulary.basis_name(value["basis"], t.language)
        count = f" (n={value['n']})" if value.get("n", 1) > 1 else ""
        yield from pair(vocabulary.analyte_name(analyte, t.language), f"{amount} {basis}".strip() + count)
        if value.get("instruments"):
            yield from pair("  " + t.gettext("measured by"), ", ".join(value["instruments"]))
        if value.get("typed_by"):
            said = t.gettext("TYPED BY HAND")
            yield Sentence(f"  {said} ({value['typed_by']})")
        if value.get("laboratory"):
            said = t.gettext("by the laboratory {name}").format(name=value["laboratory"])
            yield Sentence(f"  {said}")


def _paid(document: Mapping[str, Any], t: Translator) -> Iterator[Line]:
    """The payment weight and what moves the pay, apart from the net: it is what came in, whatever is paid."""
    pay = document.get("pay")
    if not pay:
        return
    yield from pair(t.gettext("Payment weight"), t.kg(pay["kg"]))
    for one in pay["lines"]:
        kind, analyte = _PAY[one["kind"]], vocabulary.analyte_name(one["analyte"], t.language)
        yield from pair(f"  {t.gettext(kind)}, {analyte}", _moved(one, t))
        told = t.gettext("{value}, limit {limit}")
        yield Sentence("    " + told.format(value=t.plain(one["value"], 3), limit=t.plain(one["limit"], 3)))
    if pay["unknown"]:
        names = ", ".join(vocabulary.analyte_name(one, t.language) for one in pay["unknown"])
        yield Sentence("  " + t.gettext("not known, not counted: {names}").format(names=names))


def _moved(one: Mapping[str, Any], t: Translator) -> str:
    """Kilograms, or a share of the price; a fee is named without its euros."""
    if one["on"] == "weight":
        return t.kg(one["kg"])
    if one["on"] == "fee":
        return t.gettext("as agreed")
    return t.gettext("{percent} of the price").format(percent=t.percent(one["percent"] / 100, 2))


def _tipped(document: Mapping[str, Any], t: Translator) -> Iterator[Line]:
    for part in document["tipped"]:
        pit, cell = (vocabulary.short_name(part.get(f"{key}_name", part[key])) for key in ("pit", "cell"))
        place = t.gettext("pit {pit}, cell {cell}").format(pit=pit, cell=cell)
        part_of_it = ""
        if len(document["tipped"]) > 1:
            part_of_it = ", " + (t.kg(part["kg"]) if "kg" in part else t.percent(part["share"], 1))
        yield from pair(t.gettext("Tipped"), place + part_of_it)
