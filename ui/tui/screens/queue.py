"""The queue has one line per load, and says on top what Enter does now.

A weight that is offered comes first (the bridge is taken), then a proposal that can be taken as it is: a
normal load is confirmed full, accepted and confirmed empty with three times Enter, on this screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from station.api import schemas
from ui.tui.columns import header_row
from ui.tui.decisions import accept
from ui.tui.dialogs import Option
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
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,v", "open", show=False),
        Binding("f6,o", "other_visit", show=False),
        Binding("f7,w", "type_weight", show=False),
        Binding("f8,x", "set_aside", show=False),
        Binding("f9,z", "cancel_visit", show=False),
    ]

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
        self._draw_band(question)
        self.query_one("#columns", Plain).show_text(header_row(lines.columns(self.t), self.width - 2))
        rows = self.query_one("#loads", Rows)
        rows.show(self._rows)
        if is_new and question.load is not None:
            rows.mark(question.load.id)
        self.draw_note()

    @property
    def question(self) -> BandQuestion:
        offer = self.board.offer
        if offer is not None:
            candidates = _candidates(offer)
            turns = self._turns_of(offer)
            return BandQuestion(offer, candidates[turns % len(candidates)] if candidates else None)
        return BandQuestion(load=self.board.proposed_load)

    def _draw_band(self, question: BandQuestion) -> None:
        band, t = self.query_one("#band", Band), self.t
        if question.offer is not None:
            keys = t.gettext("[Enter] confirm")
            if len(_candidates(question.offer)) > 1:
                keys += "   " + t.gettext("[F6/O] another visit")
            band.show(
                [
                    lines.offer_title(question.offer, self.board, t),
                    *lines.offer_remarks(question.offer, t),
                    lines.offer_question(question.candidate, self.board, t),
                    keys + "   " + t.gettext("[F8/X] dismiss"),
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
            keys = t.gettext("[Enter] accept   [F5/V] see why, choose another")
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
            rows = [ListRow(None, (self.t.gettext("No vehicle on site. [F3/A] enters an arrival."),))]
        return rows

    def keys(self) -> list[tuple[str, str]]:
        t = self.t
        return [
            (t.gettext("Enter"), t.gettext("confirm/open")),
            ("F5/V", t.gettext("see")),
            ("F7/W", t.gettext("weight")),
            ("F9/Z", t.gettext("cancel visit")),
        ]

    # --- what is done ---------------------------------------------------------------------------------
    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        question = self.question
        if question.offer is None and question.load is None:
            self.action_open()
        elif not self._steady.may_answer():
            self.station.say(self.t.gettext("The question just changed: read it, then press Enter again."))
        elif question.offer is not None:
            confirm_weighing(self, question.offer, question.candidate)
        elif question.load is not None:
            accept(self, question.load)

    def action_open(self) -> None:
        if self.selected_load is not None:
            self.station.open_load(self.selected_load.id)

    def action_other_visit(self) -> None:
        offer = self.board.offer
        if offer is not None:
            self._turns = (offer.id, self._turns_of(offer) + 1)
            self.redraw()

    def action_type_weight(self) -> None:
        type_weight(self)

    def action_set_aside(self) -> None:
        if self.board.offer is not None:
            dismiss_weighing(self, self.board.offer)

    def action_cancel_visit(self) -> None:
        visit = self.board.visit_of_load(self._marked)
        if visit is not None:
            cancel_visit(self, visit)

    def menu_options(self) -> list[Option]:
        candidate, options = self.question.candidate, super().menu_options()
        if candidate is None or candidate.visit_id is None or not candidate.load_ids:
            return options
        return [Option("screen.tip_elsewhere", self.t.gettext("Tipped elsewhere than decided")), *options]

    def action_tip_elsewhere(self) -> None:
        """Confirm the offered weight with the pit and cell where the grain really went."""
        offer, candidate = self.question.offer, self.question.candidate
        if offer is not None and candidate is not None and candidate.load_ids:
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
