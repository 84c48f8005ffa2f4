"""The ticket as it is printed: 42 columns, the width of a receipt printer.

Every line is made from the ticket's stored document, so an old ticket reads the same next year. A weight
or value typed by a person says so, with the name; a weight that no sealed number proves says what does; a
value of an instrument whose verification had expired stands apart, and a weight of one is marked; a time that
nobody could confirm says so.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from textwrap import wrap
from typing import Any

from station.api.language import N_, Translator, reasons, translator, vocabulary

WIDTH = 42

_RULES = {
    "equal_readings": N_("stable weight, by rule"),
    "print_key": N_("print key of the indicator"),
    "typed": N_("TYPED BY HAND"),
}
_WEIGHTS = {"gross": N_("GROSS"), "tare": N_("TARE")}
_PROOFS = {
    "indicator": N_("{weights} without sealed No.: the indicator's slip is the legal one."),
    "own_slip": N_("{weights} without sealed No.: the indicator's slip goes with this ticket."),
}


def ticket_text(document: Mapping[str, Any], language: str, *, provisional: bool = False) -> str:
    """The paper of a ticket's document; each line at most 42 characters. `provisional`: its grade waits for a
    laboratory, and the paper says so."""
    t = translator(language)
    rule, double = "-" * WIDTH, "=" * WIDTH
    parts: list[Iterator[str] | list[str]] = [
        _head(document, t),
        [rule],
        _who(document, t),
        [rule],
        _weights(document, t),
        [rule],
        _values(document, t),
        wrap(t.gettext("GRADE PROVISIONAL: a laboratory's results are awaited"), WIDTH)
        if provisional
        else [],
        [rule],
        _tipped(document, t),
        _corrects(document, t),
        [double],
    ]
    return "\n".join(line for part in parts for line in part) + "\n"


def _head(document: Mapping[str, Any], t: Translator) -> Iterator[str]:
    yield from wrap(document["site"], WIDTH)
    yield "=" * WIDTH
    yield t.gettext("DELIVERY TICKET No. {number}").format(number=document["number"]).center(WIDTH).rstrip()
    yield from _pair(t.gettext("Campaign"), document["campaign"])
    yield from _time(t.gettext("Issued"), document["at"], document.get("time_doubt"), t)
    yield from _pair(t.gettext("By"), document["by"])


def _corrects(document: Mapping[str, Any], t: Translator) -> Iterator[str]:
    """A correcting ticket names the one that it takes the place of, and says why."""
    told = document.get("corrects")
    if told:
        words = t.gettext("Cancels and replaces ticket No. {number} of {moment}: {why}")
        moment = t.moment(datetime.fromisoformat(told["at"]))
        yield from wrap(words.format(number=told["number"], moment=moment, why=told["why"]), WIDTH)


def _who(document: Mapping[str, Any], t: Translator) -> Iterator[str]:
    yield from _pair(t.gettext("Vehicle"), document["plate"])
    if document.get("trailer"):
        yield from _pair(t.gettext("Trailer"), document["trailer"])
    yield from _time(t.gettext("Arrived"), document["arrived_at"], document.get("arrival_doubt"), t)
    yield from _pair(t.gettext("Supplier"), document["supplier"])
    for owner in document["owners"]:
        share = t.percent(owner["share"], 0 if round(owner["share"] * 100, 6).is_integer() else 2)
        yield from _pair(t.gettext("Owner"), f"{owner['name']} {share}")
    yield from _pair(t.gettext("Product"), vocabulary.species_name(document["species"], t.language))
    yield from _pair(t.gettext("Regime"), vocabulary.word(vocabulary.REGIMES, document["regime"], t.language))
    yield from _pair(t.gettext("Received by"), document["organisation"])
    if document["declared_variety"]:
        yield from _pair(t.gettext("Variety declared"), document["declared_variety"])
    for claim in document["claims"]:
        yield from _pair(t.gettext("Claim"), vocabulary.claim_name(claim, t.language))
    for barcode in document["barcodes"]:
        yield from _pair(t.gettext("Sample"), barcode)


def _weights(document: Mapping[str, Any], t: Translator) -> Iterator[str]:
    for part, name in _WEIGHTS.items():
        yield from _weight(t.gettext(name), document[part], t)
    yield from _net(document, t)
    yield from _proofs(document, t)


def _net(document: Mapping[str, Any], t: Translator) -> Iterator[str]:
    together = document.get("weighed_together", {"loads": 1})
    if together["loads"] == 1:
        yield from _pair(t.gettext("NET"), t.kg(document["net_kg"]))
    else:
        of_all = t.gettext("NET OF THE {loads} LOADS").format(loads=together["loads"])
        yield from _pair(of_all, t.kg(together["net_kg"]))
        yield from _pair(t.gettext("NET OF THIS LOAD"), t.kg(document["net_kg"]))
    yield from _remarks(document.get("net_remarks", ()), t)


def _proofs(document: Mapping[str, Any], t: Translator) -> Iterator[str]:
    """Say of weights that are not stored under a sealed number where the legal ones stand."""
    for proof, sentence in _PROOFS.items():
        found = [t.gettext(name) for part, name in _WEIGHTS.items() if document[part].get("proof") == proof]
        if found:
            yield from wrap(t.gettext(sentence).format(weights=", ".join(found)), WIDTH)


def _weight(name: str, weighing: Mapping[str, Any], t: Translator) -> Iterator[str]:
    yield from _pair(name, t.kg(weighing["kg"]))
    yield from _time("  " + t.gettext("weighed"), weighing["at"], weighing.get("time_doubt"), t)
    said = t.gettext(_RULES.get(weighing["rule"], weighing["rule"]))
    if weighing["typed_by"]:
        said = f"{said} ({weighing['typed_by']})"
    yield from wrap("  " + said, WIDTH, subsequent_indent="  ")
    yield from _remarks(weighing.get("remarks", ()), t)
    if weighing.get("instrument"):
        yield from _pair("  " + t.gettext("bridge"), _bridge(weighing))
    if weighing["sealed_number"]:
        yield from _pair("  " + t.gettext("sealed No."), weighing["sealed_number"])


def _bridge(weighing: Mapping[str, Any]) -> str:
    return " ".join(part for part in (weighing["instrument"], weighing["serial_number"]) if part)


def _remarks(stored: Iterable[Mapping[str, Any]], t: Translator) -> Iterator[str]:
    for remark in reasons(stored, t.language):
        yield from wrap(f"  ! {remark.message}", WIDTH, subsequent_indent="    ")


def _values(document: Mapping[str, Any], t: Translator) -> Iterator[str]:
    apart = {name: value for name, value in document["values"].items() if value.get("remarks")}
    yield from _lines({name: value for name, value in document["values"].items() if name not in apart}, t)
    if apart:
        yield from wrap(t.gettext("VERIFICATION EXPIRED, for information only:"), WIDTH)
        yield from _lines(apart, t)
        remarks = {str(one): one for value in apart.values() for one in value["remarks"]}
        yield from _remarks(remarks.values(), t)
    if not document["values"]:
        yield t.gettext("No analysis")


def _lines(values: Mapping[str, Mapping[str, Any]], t: Translator) -> Iterator[str]:
    for analyte, value in values.items():
        amount = f"{t.plain(value['value'], 2)} {value['unit']}"
        basis = vocabulary.basis_name(value["basis"], t.language)
        count = f" (n={value['n']})" if value.get("n", 1) > 1 else ""
        yield from _pair(vocabulary.analyte_name(analyte, t.language), f"{amount} {basis}".strip() + count)
        if value.get("typed_by"):
            said = t.gettext("TYPED BY HAND")
            yield from wrap(f"  {said} ({value['typed_by']})", WIDTH, subsequent_indent="  ")
        if value.get("laboratory"):
            said = t.gettext("by the laboratory {name}").format(name=value["laboratory"])
            yield from wrap(f"  {said}", WIDTH, subsequent_indent="  ")


def _tipped(document: Mapping[str, Any], t: Translator) -> Iterator[str]:
    for part in document["tipped"]:
        pit, cell = (vocabulary.short_name(part.get(f"{key}_name", part[key])) for key in ("pit", "cell"))
        place = t.gettext("pit {pit}, cell {cell}").format(pit=pit, cell=cell)
        share = "" if part["share"] == 1 else f" {t.percent(part['share'], 1)}"
        yield from _pair(t.gettext("Tipped"), place + share)


def _pair(name: str, value: str) -> Iterator[str]:
    """Name left and value right; on lines of its own where both do not fit."""
    value = value.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
    room = WIDTH - len(name) - 1
    if len(value) <= room:
        yield f"{name} {value:>{room}}"
        return
    yield name
    yield from wrap(value, WIDTH, initial_indent="    ", subsequent_indent="    ")


def _time(name: str, iso: str, doubt: Mapping[str, Any] | None, t: Translator) -> Iterator[str]:
    """A time, and below it that the station did not trust its clock, with what somebody stated."""
    yield from _pair(name, _when(iso, t))
    if doubt is None:
        return
    said = t.gettext("TIME NOT CONFIRMED, nobody stated it")
    if doubt["stated"]:
        who, when = doubt["by"] or "?", _when(doubt["stated"], t)
        said = t.gettext("TIME NOT CONFIRMED, stated by {name}: {time}").format(name=who, time=when)
    yield from wrap(f"  ! {said}", WIDTH, subsequent_indent="    ")


def _when(iso: str, t: Translator) -> str:
    """Date, hour and minute in the station's own zone."""
    at = datetime.fromisoformat(iso)
    return f"{t.date(at)} {t.time(at)}"
