"""The paper of a dispute as plain text, 78 columns: what was contested, the ticket, the decision, every
value, and who had the retained sample when."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from textwrap import wrap
from typing import Any

from station.api.language import N_, Translator, reasons, translator, vocabulary

WIDTH = 78
METHODS = {"machine": N_("machine"), "phone": N_("phone"), "lab": N_("laboratory"), "typed": N_("typed")}
SHARES = {"by_count": N_("by count"), "by_mass": N_("by mass")}
PARTIES = {"supplier": N_("the supplier"), "silo": N_("the silo"), "customer": N_("the customer")}
CUSTODY = {
    "sealed": N_("sealed"),
    "moved": N_("put elsewhere"),
    "handed_over": N_("handed over"),
    "received": N_("received"),
    "returned": N_("came back"),
    "blocked": N_("not to be destroyed"),
    "released": N_("free to be destroyed"),
    "destroyed": N_("destroyed"),
}


def dispute_text(paper: Mapping[str, Any], site: str, language: str) -> str:
    """Each line at most 78 characters; persons stand in `paper` by name."""
    t = translator(language)
    rule = "-" * WIDTH
    parts: list[Iterable[str]] = [
        [site, "=" * WIDTH],
        _head(paper, t),
        [rule],
        _decided(paper, t),
        [rule, t.gettext("ALL VALUES")],
        _values(paper["values"], t),
        [rule, t.gettext("CUSTODY OF THE RETAINED SAMPLE")],
        _custody(paper["retained"], t),
        [rule],
        _steps(paper["acts"], t),
    ]
    return "\n".join(line for part in parts for line in part) + "\n"


def _head(paper: Mapping[str, Any], t: Translator) -> Iterator[str]:
    ticket = paper["ticket"]
    title = N_("DISPUTE of ticket No. {number}")
    if ticket["on_paper"]:
        title = N_("DISPUTE of the paper No. {number}")
    yield t.gettext(title).format(number=ticket["number"])
    yield t.gettext("issued {at}").format(at=_when(ticket["at"], t))
    yield vocabulary.species_name(paper["species"], t.language)
    who = t.gettext(PARTIES.get(paper["raised_by"], paper["raised_by"]))
    yield from _lines(t.gettext("contested by {who}: {why}").format(who=who, why=paper["reason"]))
    if paper["analytes"]:
        yield from _lines(", ".join(vocabulary.analyte_name(one, t.language) for one in paper["analytes"]))
    for name, value in ticket.get("values", {}).items():
        yield from _lines("  " + t.named(vocabulary.analyte_name(name, t.language), _amount(value, t)))
        for remark in reasons(value.get("remarks", ()), t.language):
            yield from _lines(f"    ! {remark.message}")


def _decided(paper: Mapping[str, Any], t: Translator) -> Iterator[str]:
    decision = paper["decision"]
    if decision is None:
        yield t.gettext("nothing was decided")
        return
    place = t.gettext("pit {pit}, cell {cell}").format(
        pit=vocabulary.short_site_name("pit", decision["pit"], t.language),
        cell=vocabulary.short_site_name("cell", decision["cell"], t.language),
    )
    told = t.gettext("decided by {who}, {at}: {place}")
    yield from _lines(told.format(who=decision["by"], at=_when(decision["at"], t), place=place))
    if decision["reason"]:
        yield from _lines(f"  {decision['reason']}")
    for name, judged in paper["judged"].items():
        raw = judged.get("raw")
        if raw is not None:
            said = t.gettext("{analyte} was judged as {value}, corrected from {raw}")
            yield from _lines(
                said.format(
                    analyte=vocabulary.analyte_name(name, t.language), value=_amount(judged, t),
                    raw=t.plain(raw, 2),
                )
            )  # fmt: skip


def _values(values: Iterable[Mapping[str, Any]], t: Translator) -> Iterator[str]:
    for one in values:
        text = " ".join(
            (
                _when(one["at"], t), vocabulary.analyte_name(one["analyte"], t.language), _amount(one, t),
                f"({t.gettext(METHODS[one['method']])}, {one['source']})",
            )
        )  # fmt: skip
        yield from _lines(f"{text} {t.gettext('superseded')}" if one.get("superseded") else text)


def _custody(retained: Iterable[Mapping[str, Any]], t: Translator) -> Iterator[str]:
    rows = list(retained)
    if not rows:
        yield t.gettext("nothing is kept of this load")
    for row in rows:
        seal = t.gettext(", seal {seal}").format(seal=row["seal"]) if row["seal"] else ""
        until = t.day(date.fromisoformat(row["keep_until"]))
        yield t.gettext("No. {number}{seal}, to be kept until {until}").format(
            number=row["number"], seal=seal, until=until
        )
        for act in row["custody"]:
            more = [str(act[name]) for name in ("whom", "place", "reason") if act[name]]
            kind = t.gettext(CUSTODY.get(act["kind"], act["kind"]))
            text = f"  {_when(act['at'], t)} {kind} ({act['by']})"
            yield from _lines(t.named(text, ", ".join(more)) if more else text)


def _steps(acts: Iterable[Mapping[str, Any]], t: Translator) -> Iterator[str]:
    for act in acts:
        kind = vocabulary.word(vocabulary.DISPUTE_ACTS, act["act"], t.language)
        outcome = vocabulary.word(vocabulary.DISPUTE_OUTCOMES, act["outcome"], t.language)
        named = t.named(kind, outcome) if act["outcome"] else kind
        yield from _lines(f"{_when(act['at'], t)} {named} ({act['by']}). {act['reason']}")


def _amount(value: Mapping[str, Any], t: Translator) -> str:
    name = value["basis"]
    basis = t.gettext(SHARES[name]) if name in SHARES else vocabulary.basis_name(name, t.language)
    limit = f"{value['comparator']} " if value.get("comparator") else ""
    return f"{limit}{t.plain(value['value'], 2)} {value['unit']} {basis}".strip()


def _when(at: str | datetime, t: Translator) -> str:
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{t.date(moment)} {t.time(moment)}"


def _lines(text: str) -> list[str]:
    plain = text.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
    return wrap(plain, WIDTH, subsequent_indent="    ")
