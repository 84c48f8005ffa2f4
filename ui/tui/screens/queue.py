"""The queue: one line per load, and on top what Enter does now.

A weight that is offered comes first (the bridge is taken), then a proposal that can be taken as it is:
a normal load is confirmed full, accepted and confirmed empty with three times Enter, on this screen.
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
from ui.tui.screens.base import StationScreen
from ui.tui.screens.queue_acts import QueueActs
from ui.tui.station import Station
from ui.tui.steady import Steady
from ui.tui.widgets.band import Band
from ui.tui.widgets.bars import Plain
from ui.tui.widgets.rows import Row, Rows


@dataclass(frozen=True, slots=True)
class Asked:
    """What the band asks: about an offered weight (with the visit it is for), or about a proposal."""

    offer: schemas.Weighing | None = None
    chosen: schemas.Preselection | None = None
    load: schemas.Load | None = None

    @property
    def identity(self) -> tuple[object, ...]:
        chosen = self.chosen
        proposal = self.load.proposal if self.load else None
        return (
            self.offer.id if self.offer else None,
            (chosen.visit_id, chosen.role, tuple(chosen.load_ids)) if chosen else None,
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
        self._turned: tuple[str, int] = ("", 0)

    def body(self) -> Sequence[Widget]:
        return [
            Band(id="band"),
            Plain(id="columns", classes="columns"),
            Rows(id="loads"),
            Plain(id="note-below", classes="note"),
        ]

    # --- what is shown --------------------------------------------------------------------------------
    def draw(self) -> None:
        asked = self.asked
        is_new = self._steady.show(asked.identity)
        self._draw_band(asked)
        self.query_one("#columns", Plain).show_text(header_row(lines.columns(self.t), self.width - 2))
        rows = self.query_one("#loads", Rows)
        rows.show(self._rows)
        if is_new and asked.load is not None:
            rows.mark(asked.load.id)
        self.draw_note()

    @property
    def asked(self) -> Asked:
        offer = self.board.offer
        if offer is not None:
            choices = _choices(offer)
            turned = self._turned[1] if self._turned[0] == offer.id else 0
            return Asked(offer=offer, chosen=choices[turned % len(choices)] if choices else None)
        return Asked(load=self.board.proposed())

    def _draw_band(self, asked: Asked) -> None:
        band, t = self.query_one("#band", Band), self.t
        if asked.offer is not None:
            more = len(_choices(asked.offer)) > 1
            keys = t.gettext("[Enter] confirm")
            keys += "   " + t.gettext("[F6/O] another visit") if more else ""
            band.show(
                [
                    lines.offer_title(asked.offer, self.board, t),
                    *lines.offer_remarks(asked.offer, t),
                    lines.offer_question(asked.chosen, self.board, t),
                    keys + "   " + t.gettext("[F8/X] dismiss"),
                ],
                title=t.gettext("Weighing"),
            )
        elif asked.load is not None and asked.load.proposal is not None:
            load = asked.load
            told = [
                lines.proposal_title(load, self.board, t),
                lines.load_title(load, self.board, t),
                lines.values_line(load, t),
                lines.photo_line(load, t),
            ]
            keys = t.gettext("[Enter] accept   [F5/V] see why, choose another")
            pit = self.board.pit_name(asked.load.proposal.pit)
            band.show([*filter(None, told), keys], pit=pit, title=t.gettext("Proposal"))
        else:
            band.show([])

    def _rows(self, width: int) -> list[Row]:
        rows = [
            Row(load.id, lines.load_lines(visit, load, self.board, self.t, width))
            for visit in self.board.visits
            for load in visit.loads
        ]
        if not rows:
            rows = [Row(None, (self.t.gettext("No vehicle on site. [F3/A] enters an arrival."),))]
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
        asked = self.asked
        if asked.offer is None and asked.load is None:
            self.action_open()
        elif not self._steady.may_answer():
            self.station.say(self.t.gettext("The question just changed: read it, then press Enter again."))
        elif asked.offer is not None:
            self._confirm(asked.offer, asked.chosen)
        elif asked.load is not None:
            accept(self.station, asked.load)

    def _confirm(
        self,
        offer: schemas.Weighing,
        chosen: schemas.Preselection | None,
        tipped: dict[str, list[schemas.Tipping]] | None = None,
    ) -> None:
        if chosen is None or chosen.visit_id is None:
            self.station.say(self.t.gettext("Enter the arrival; the weight stays offered."))
            self.station.show("arrival")
            return
        body = schemas.ConfirmWeighingIn(
            visit_id=chosen.visit_id, role=chosen.role, load_ids=chosen.load_ids, tipped=tipped or {}
        )
        self._send(offer, body)

    def _send(self, offer: schemas.Weighing, body: schemas.ConfirmWeighingIn) -> None:
        """Where the station wants to know that the weight is right, the operator is asked once more."""
        client = self.station.client
        sure = body.model_copy(update={"despite_remarks": True})

        def ask_again(refused: schemas.Problem) -> bool:
            if refused.code != "measured_with_fault":
                return False
            QueueActs(self).ask_undisturbed(offer, lambda: self._send(offer, sure))
            return True

        self.station.act(
            lambda: client.confirm_weighing(offer.id, body), self._say_confirmed, on_refusal=ask_again
        )

    def _say_confirmed(self, confirmed: schemas.WeighingConfirmed) -> None:
        t = self.t
        said = [
            t.gettext("Ticket {number}: {plate}, net {kg}.").format(
                number=ticket.number, plate=ticket.plate, kg=t.kg(ticket.net_kg)
            )
            for ticket in confirmed.tickets
        ]
        text = t.gettext("{plate}: {kg} recorded.").format(
            plate=confirmed.visit.plate, kg=t.kg(confirmed.weighing.kg)
        )
        self.station.say(" ".join(said) or text)

    def action_open(self) -> None:
        marked = self.query_one("#loads", Rows).marked
        if marked is not None:
            self.station.open_load(marked)

    def action_other_visit(self) -> None:
        offer = self.board.offer
        if offer is not None:
            turned = self._turned[1] if self._turned[0] == offer.id else 0
            self._turned = (offer.id, turned + 1)
            self.redraw()

    def action_type_weight(self) -> None:
        QueueActs(self).type_weight()

    def action_set_aside(self) -> None:
        if self.board.offer is not None:
            QueueActs(self).dismiss(self.board.offer)

    def action_cancel_visit(self) -> None:
        visit = self.board.visit_of_load(self.query_one("#loads", Rows).marked)
        if visit is not None:
            QueueActs(self).cancel(visit)

    def menu_options(self) -> list[Option]:
        chosen, options = self.asked.chosen, super().menu_options()
        if chosen is None or chosen.visit_id is None or not chosen.load_ids:
            return options
        return [Option("screen.tip_elsewhere", self.t.gettext("Tipped elsewhere than decided")), *options]

    def action_tip_elsewhere(self) -> None:
        """Confirm the offered weight with the pit and cell where the grain really went."""
        asked = self.asked
        if asked.offer is None or asked.chosen is None or not asked.chosen.load_ids:
            return
        offer, chosen, load_id = asked.offer, asked.chosen, asked.chosen.load_ids[0]
        QueueActs(self).ask_where(lambda tipping: self._confirm(offer, chosen, {load_id: [tipping]}))

    @property
    def selected_load(self) -> schemas.LoadRow | None:
        """The marked line's load."""
        marked = self.query_one("#loads", Rows).marked
        visit = self.board.visit_of_load(marked)
        return next((load for load in visit.loads if load.id == marked), None) if visit else None


def _choices(offer: schemas.Weighing) -> list[schemas.Preselection]:
    """The preselected visit first, then the other candidates, each once."""
    found = [offer.preselected] if offer.preselected else []
    return found + [candidate for candidate in offer.candidates if candidate not in found]
