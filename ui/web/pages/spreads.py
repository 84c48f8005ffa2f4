"""Spreads of phones at this site, on the page of corrections: what is proposed, what holds, and a manager's
word on it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from station.api.schemas.common import Why
from station.api.views.view import View
from station.lab import spreads as acts
from station.lab.controls import source_name
from station.receival.deciding import proposals
from station.store.spreads import PROPOSED, in_force, newest
from station.store.tables import Spread
from ui.web.proposed import Proposed
from ui.web.reader import Reader, Reading
from ui.words.vocabulary import KERNEL_CLASSES, word

ACTS = {"approve": acts.approve_spread, "decline": acts.decline_spread, "end": acts.end_spread}
PATH = "/corrections/spreads"  # the page of corrections is where it is decided
router = APIRouter()


def proposed_spreads(reader: Reader, view: View) -> list[Proposed]:
    return [_shown(reader, view, row) for row in newest(view.tx)[::-1] if row.act == PROPOSED]


def spreads_in_force(reader: Reader, view: View) -> list[Proposed]:
    return [_shown(reader, view, row) for row in in_force(view.tx)[::-1]]


def _shown(reader: Reader, view: View, row: Spread) -> Proposed:
    _, t = reader.t.gettext, reader.t
    named = word(KERNEL_CLASSES, row.class_name, t.language)
    title = f"{source_name(view.tx, 'phone', row.terminal_id)} · {named} · {row.release}"
    sentence = _("Limits of this share at this site: ± {half} points and what few kernels add.").format(
        half=t.number(100 * row.spread * row.evidence["t"], 1)
    )
    facts = [(_("Samples"), str(row.n))]
    for key, heading in (("before", _("Before")), ("after", _("After"))):
        told = row.evidence[key]
        text = _("limits {width} points apart, {coverage} of the reference values inside")
        width = t.number(100 * told["width"], 1)
        facts.append((heading, text.format(width=width, coverage=t.percent(told["coverage"]))))
    if row.act != PROPOSED:
        facts += [(_("Approved by"), view.name_of(row.by) or ""), (_("Reason"), row.reason)]
    return Proposed(row.id, title, sentence, facts, row.act == PROPOSED, PATH)


@router.post("/corrections/spreads/{spread_id}/{act}")
def act_on(
    reader: Reading,
    spread_id: str,
    act: Literal["approve", "decline", "end"],
    reason: Annotated[Why, Form()],
) -> Response:
    """Approve, decline or end it; what is shown of open loads' photos follows at once."""
    ACTS[act](reader.desk, spread_id, reason, reader.actor, reader.now())
    proposals.renew(reader.desk, reader.now())
    return RedirectResponse("/corrections", 303)
