"""The queue has one line per load, and says on top what Enter does now.

A weight that is offered comes first (the bridge is taken), then a proposal that can be taken as it is: a
normal load is confirmed full, accepted and confirmed empty with three times Enter, on this screen. The mark
goes to what a new question is about; while it stands elsewhere, Enter opens the marked load and answers
nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from station.api import schemas
from ui.tui.columns import header_row
from ui.tui.decisions import accept
from ui.tui.dialogs import Option
from ui.tui.keys import bound, shown
from ui.tui.lines import queue as lines
from ui.tui.lines.texts import reason_list
from ui.tui.screens.base import StationScreen
from ui.tui.screens.queue_acts import (
    ask_where,
    cancel_visit,
    confirm_weighing,
    dismiss_weighing,
    type_weight,
)
from ui.tui.station import Station
from ui.tui.steady import Steady
from ui.tui.widgets.band import Band
from ui.tui.widgets.bars import Plain
from ui.tui.widgets.rows import ListRow, Rows


@dataclass(frozen=True, slots=True)
class BandQuestion:
    """The band asks about an offered weight (with the visit it is for), or about a proposal."""

    offer: schemas.Weighing | None = None
    candidate: schemas.Preselection | None = None
    load: schemas.Load | None = None

    @property
    def identity(self) -> tuple[object, ...]:
        candidate = self.candidate
        proposal = self.load.proposal if self.load else None
        return (
            self.offer.id if self.offer else None,
            (candidate.visit_id, candidate.role, tuple(candidate.load_ids)) if candidate else None,
            proposal.id if proposal else None,
        )


class QueueScreen(StationScreen):
    BINDINGS: ClassVar[list[BindingType]] = bound("see", "another", "type", "set_aside")

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self._steady = Steady(station.clock)
        self._turns: tuple[str, int] = ("", 0)

    def body(self) -> Sequence[Widget]:
        return [
            Band(id="band"),
            Plain(id="columns", classes="columns"),
            Rows(id="loads"),
            Plain(id="note-below", classes="note"),
        ]

    # --- what is shown --------------------------------------------------------------------------------
    def draw(self) -> None:
        question = self.question
        is_new = self._steady.show(question.identity)
        self.query_one("#columns", Plain).show_text(header_row(lines.columns(self.t), self.width - 2))
        rows = self.query_one("#loads", Rows)
        rows.show(self._rows)
        asked = self._loads_asked_about(question)
        if is_new and asked:
            rows.mark(asked[0])
        self._draw_band(question)
        self.draw_note()

    @property
    def question(self) -> BandQuestion:
        offer = self.board.offer
        if offer is not None:
            candidates = _candidates(offer)
            turns = self._turns_of(offer)
            return BandQuestion(offer, candidates[turns % len(candidates)] if candidates else None)
        return BandQuestion(load=self.board.proposed_load)

    def _loads_asked_about(self, question: BandQuestion) -> list[str]:
        """List the loads that Enter would answer for; none where it leads to the arrival."""
        if question.load is not None:
            return [question.load.id]
        candidate = question.candidate
        visit = self.board.visit(candidate.visit_id) if candidate else None
        if candidate is None or visit is None:
            return []
        return candidate.load_ids + [load.id for load in visit.loads if load.id not in candidate.load_ids]

    def _is_marked(self, question: BandQuestion) -> bool:
        """Tell whether the marked line is what the band asks about; the way to the arrival is about none."""
        candidate = question.candidate
        if question.offer is not None and (candidate is None or candidate.visit_id is None):
            return True
        return self._marked in self._loads_asked_about(question)

    def on_rows_moved(self) -> None:
        self.redraw()

    def _asks(self, question: BandQuestion, keys: str) -> str:
        """Say what Enter does: it answers only for the marked line."""
        return keys if self._is_marked(question) else self.t.gettext("[Enter] opens the marked load")

    def _draw_band(self, question: BandQuestion) -> None:
        band, t = self.query_one("#band", Band), self.t
        if question.offer is not None:
            keys = self._asks(question, t.gettext("[Enter] confirm"))
            if len(_candidates(question.offer)) > 1:
                keys += "   " + t.gettext("[F6] another visit")
            band.show(
                [
                    lines.offer_title(question.offer, self.board, t),
                    *lines.offer_remarks(question.offer, t),
                    lines.offer_question(question.candidate, self.board, t),
                    keys + "   " + t.gettext("[F8] dismiss"),
                ],
                title=t.gettext("Weighing"),
            )
        elif question.load is not None and question.load.proposal is not None:
            load = question.load
            texts = [
                lines.proposal_title(load, self.board, t),
                lines.load_title(load, self.board, t),
                lines.values_line(load, t),
                reason_list(load.photo, t),
            ]
            keys = self._asks(question, t.gettext("[Enter] accept   [F5] see why, choose another"))
            pit = self.board.pit_name(question.load.proposal.pit)
            band.show([*filter(None, texts), keys], pit=pit, title=t.gettext("Proposal"))
        else:
            band.show([])

    def _rows(self, width: int) -> list[ListRow]:
        rows = [
            ListRow(load.id, lines.load_lines(visit, load, self.board, self.t, width))
            for visit in self.board.visits
            for load in visit.loads
        ]
        if not rows:
            rows = [ListRow(None, (self.t.gettext("No vehicle on site. [F3] enters an arrival."),))]
        return rows

    def keys(self) -> list[tuple[str, str]]:
        t = self.t
        return [
            (shown("choose", t), t.gettext("confirm/open")),
            (shown("see", t), t.gettext("see")),
            (shown("type", t), t.gettext("type a weight")),
        ]

    # --- what is done ---------------------------------------------------------------------------------
    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        question = self.question
        is_asked = question.offer is not None or question.load is not None
        if not is_asked or not self._is_marked(question):
            self.action_see()
        elif not self._steady.may_answer():
            self.station.say(self.t.gettext("The question just changed: read it, then press Enter again."))
        elif question.offer is not None:
            confirm_weighing(self, question.offer, question.candidate)
        elif question.load is not None:
            accept(self, question.load)

    def action_see(self) -> None:
        if self.selected_load is not None:
            self.station.open_load(self.selected_load.id)

    def action_another(self) -> None:
        offer = self.board.offer
        if offer is not None:
            self._turns = (offer.id, self._turns_of(offer) + 1)
            self.redraw()

    def action_type(self) -> None:
        type_weight(self)

    def action_set_aside(self) -> None:
        if self.board.offer is not None:
            dismiss_weighing(self, self.board.offer)

    def menu_options(self) -> list[Option]:
        """Name the weight; the option is about no other."""
        t, question, options = self.t, self.question, super().menu_options()
        candidate, offer = question.candidate, question.offer
        if offer is None or candidate is None or candidate.visit_id is None or not candidate.load_ids:
            return options
        text = t.gettext("{plate}, {kg}: tipped elsewhere than decided")
        label = text.format(plate=candidate.plate, kg=t.kg(offer.kg))
        return [Option(f"screen.tip_elsewhere({offer.id!r}, {candidate.visit_id!r})", label), *options]

    def rare_options(self) -> list[Option]:
        """Name the visit; the option is about no other."""
        visit = self.board.visit_of_load(self._marked)
        if visit is None:
            return []
        text = self.t.gettext("Cancel the visit of {plate}").format(plate=visit.plate)
        return [Option(f"screen.cancel_visit({visit.id!r})", text)]

    def action_cancel_visit(self, visit_id: str) -> None:
        visit = self.board.visit(visit_id)
        if visit is not None:
            cancel_visit(self, visit)

    def action_tip_elsewhere(self, offer_id: str, visit_id: str) -> None:
        """Confirm the offered weight with the pit and cell where the grain really went."""
        offer, candidate = self.question.offer, self.question.candidate
        if offer is None or candidate is None or (offer.id, candidate.visit_id) != (offer_id, visit_id):
            self.station.say(self.t.gettext("The question just changed: read it, then press Enter again."))
        elif candidate.load_ids:
            load_id = candidate.load_ids[0]
            ask_where(self, lambda tipping: confirm_weighing(self, offer, candidate, {load_id: [tipping]}))

    @property
    def selected_load(self) -> schemas.LoadRow | None:
        """Find the marked line's load."""
        visit = self.board.visit_of_load(self._marked)
        return next((load for load in visit.loads if load.id == self._marked), None) if visit else None

    @property
    def _marked(self) -> str | None:
        return self.query_one("#loads", Rows).marked

    def _turns_of(self, offer: schemas.Weighing) -> int:
        """Count how often the operator asked for another visit for this weight."""
        offer_id, turns = self._turns
        return turns if offer_id == offer.id else 0


def _candidates(offer: schemas.Weighing) -> list[schemas.Preselection]:
    """List the preselected visit first, then the other candidates, each once."""
    first = [offer.preselected] if offer.preselected else []
    return first + [candidate for candidate in offer.candidates if candidate not in first]
