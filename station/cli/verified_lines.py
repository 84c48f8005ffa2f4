"""What a verified paper says, in words: a ticket, or a delivery note."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from drivers.reading import UNIT_OF, Analyte, is_known
from station.cli.say import _
from station.receival.leaving.delivery_seal import DeliverySeal
from station.receival.papers.paper_seals import LimitLine, Seal, ValueLine
from station.receival.papers.ticket_seal import TicketSeal
from ui.words.i18n import Translator
from ui.words.parameters import parameter_texts
from ui.words.vocabulary import analyte_name, basis_name, claim_name, species_name

KINDS: tuple[type[Seal], ...] = (TicketSeal, DeliverySeal)
_COVERAGE = 2.0  # the standard uncertainty is told twice as wide


def lines_of(seal: Seal, t: Translator) -> Iterator[str]:
    if isinstance(seal, TicketSeal):
        yield from _ticket(seal, t)
    elif isinstance(seal, DeliverySeal):
        yield from _delivery(seal, t)
    yield _("Genuine: signed with the key {key}.").format(key=seal.key)


def _ticket(seal: TicketSeal, t: Translator) -> Iterator[str]:
    yield _titled(_("Ticket {number} of the campaign {campaign}, {site}, {day} {time}"), seal, t)
    if seal.corrects:
        yield _("It replaces ticket No. {number}.").format(number=seal.corrects)
    yield ", ".join(filter(None, (species_name(seal.species, t.language), seal.grade)))
    if seal.provisional:
        yield _("GRADE PROVISIONAL: a laboratory's results are awaited")
    yield _("net {net} (gross {gross}, tare {tare})").format(
        net=t.kg(seal.net_kg), gross=t.kg(seal.gross_kg), tare=t.kg(seal.tare_kg)
    )
    if seal.paid_kg is not None:
        yield t.named(_("Payment weight"), t.kg(seal.paid_kg))
    yield from _values(seal.values, seal.limits, t)


def _delivery(seal: DeliverySeal, t: Translator) -> Iterator[str]:
    yield _titled(_("Delivery note {number} of the campaign {campaign}, {site}, {day} {time}"), seal, t)
    claims = [claim_name(one, t.language) for one in seal.claims]
    yield ", ".join(filter(None, (species_name(seal.species, t.language), seal.grade, *claims)))
    yield _("net {net} (full {full}, empty {empty})").format(
        net=t.kg(seal.net_kg), full=t.kg(seal.full_kg), empty=t.kg(seal.empty_kg)
    )
    if seal.treated:
        yield t.named(_("Treated with"), ", ".join(seal.treated))
    yield from _values(seal.values, seal.limits, t)


def _titled(text: str, seal: TicketSeal | DeliverySeal, t: Translator) -> str:
    return text.format(
        number=seal.number, campaign=seal.campaign, site=seal.site_name,
        day=t.date(seal.at, seal.at.tzinfo), time=t.time(seal.at, seal.at.tzinfo),
    )  # fmt: skip


def _values(values: Sequence[ValueLine], limits: Sequence[LimitLine], t: Translator) -> Iterator[str]:
    asked = _limits(limits, t)
    for analyte, value, basis, u in values:
        unit = UNIT_OF[Analyte(analyte)].value if is_known(analyte) else ""
        doubt = f" ± {t.plain(u * _COVERAGE, 2)}" if u else ""
        words = f"{t.plain(value, 2)}{doubt} {unit} {basis_name(basis, t.language) if basis else ''}".rstrip()
        limit = ", ".join(asked.get(analyte, ()))
        told = ", ".join(
            filter(None, (words, "k = 2" if u else "", f"{_('limit')} {limit}" if limit else ""))
        )
        yield t.named(analyte_name(analyte, t.language), told)


def _limits(limits: Sequence[LimitLine], t: Translator) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for analyte, op, limit, _basis in limits:
        sign: Any = parameter_texts({"op": op}, t)["op"]
        found.setdefault(analyte, []).append(f"{sign} {t.plain(limit, 3)}")
    return found
