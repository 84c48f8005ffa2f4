"""The queue has one line per load, and says on top what Enter does with the marked one.

Each line has at most one question: a weight that is offered for it comes first (the bridge is taken), then a
proposal that can be taken as it is. A weight that no visit fits has a line of its own. The mark stays where
the operator put it; a question about another line is announced, and F6 goes there. A normal load is confirmed
full, accepted and confirmed empty with three times Enter.
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
from ui.tui.lines import outbound
from ui.tui.lines import queue as lines
from ui.tui.lines.texts import photo_in_short, photo_wanted
from ui.tui.screens.base import StationScreen
from ui.tui.screens.queue_acts import (
    cancel_visit,
    confirm_weighing,
    dismiss_weighing,
    type_weight,
)
from ui.tui.screens.retained_acts import keep
from ui.tui.screens.tares import ask_tare, keep_offered, uses_tares
from ui.tui.screens.tipping import ask_where
from ui.tui.screens.visual import find, see_well
from ui.tui.station import Station
from ui.tui.steady import Steady
from ui.tui.widgets.band import Band
from ui.tui.widgets.bars import Plain
from ui.tui.widgets.rows import ListRow, Rows

_OUTBOUND = "outbound "  # leads the keys of the lines of vehicles that leave with grain


@dataclass(frozen=True, slots=True)
class Question:
    """A question is about an offered weight (with the visit it is for), or about a proposal. `rows` are the
    lines that it belongs to."""

    rows: tuple[str, ...]
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
    BINDINGS: ClassVar[list[BindingType]] = bound(
        "see", "another", "type", "set_aside", "see_well", "find", "keep"
    )

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self._steady = Steady(station.clock)
        self._turns: tuple[str, int] = ("", 0)
        self._has_strayed = False

    def body(self) -> Sequence[Widget]:
        return [
            Band(id="band"),
            Plain(id="columns", classes="columns"),
            Rows(id="loads"),
            Plain(id="note-below", classes="note"),
        ]

    # --- what is shown --------------------------------------------------------------------------------
    def draw(self) -> None:
        self.query_one("#columns", Plain).show_text(header_row(lines.columns(self.t), self.width - 2))
        questions = self._questions()
        self._draw_rows(questions)
        question = self.question
        self._steady.show((self._marked, question.identity if question else None))
        self._draw_band(question, [one for one in questions if one != question])
        self.draw_note()

    def _draw_rows(self, questions: Sequence[Question]) -> None:
        """Keep the mark on its line. Where that is gone, Enter first says so: it was meant for that one."""
        rows = self.query_one("#loads", Rows)
        before = rows.marked
        rows.show(self._rows)
        if before is None:
            self._has_strayed = False
            if questions:
                rows.mark(questions[0].rows[0])
        elif rows.marked != before:
            weighed = next((one for one in questions if one.offer and one.offer.id == before), None)
            if weighed is not None:  # the arrival for it was entered
                rows.mark(weighed.rows[0])
            self._has_strayed = weighed is None

    def _questions(self) -> list[Question]:
        """List what is asked, and of which lines; what waits longest comes first."""
        offers = [self._about_offer(offer) for offer in sorted(self.board.offers, key=lambda one: one.at)]
        return offers + [Question((load.id,), load=load) for load in self.board.proposed_loads]

    def _about_offer(self, offer: schemas.Weighing) -> Question:
        candidates = _candidates(offer)
        candidate = candidates[self._turns_of(offer) % len(candidates)] if candidates else None
        visit = self.board.visit(candidate.visit_id) if candidate else None
        if candidate is None or visit is None:
            return Question((offer.id,), offer, candidate)
        rows = tuple(candidate.load_ids) or tuple(load.id for load in visit.loads)
        return Question(rows, offer, candidate)

    @property
    def question(self) -> Question | None:
        """Find what is asked of the marked line."""
        return next((one for one in self._questions() if self._marked in one.rows), None)

    def on_rows_moved(self) -> None:
        self._has_strayed = False
        self.redraw()

    def _draw_band(self, question: Question | None, others: Sequence[Question]) -> None:
        band, t = self.query_one("#band", Band), self.t
        if question is None:
            self._announce(band, others)
        elif question.offer is not None:
            keys = t.gettext("[Enter] confirm") if self.may_receive else self._others_answer()
            if len(_candidates(question.offer)) > 1:
                keys += "   " + t.gettext("[F6] another visit")
            elif others:
                keys += "   " + self._others(others)
            band.show(
                [
                    lines.offer_title(question.offer, self.board, t),
                    *lines.offer_remarks(question.offer, t),
                    lines.offer_question(question.candidate, self.board, t),
                    keys + ("   " + t.gettext("[F8] dismiss") if self.may_receive else ""),
                ],
                title=t.gettext("Weighing"),
            )
        elif question.load is not None and question.load.proposal is not None:
            load = question.load
            texts = [
                lines.proposal_title(load, self.board, t),
                lines.load_title(load, self.board, t),
                lines.values_line(load, t),
                photo_in_short(load.photo, t) or photo_wanted(load, t),
            ]
            keys = t.gettext("[Enter] accept   [F5] see why, choose another")
            if not self.may_receive:
                keys = self._others_answer() + "   " + t.gettext("[F5] see why")
            if others:
                keys += "   " + self._others(others)
            pit = self.board.pit_name(question.load.proposal.pit)
            band.show([*filter(None, texts), keys], pit=pit, title=t.gettext("Proposal"))

    def _others_answer(self) -> str:
        return self.t.gettext("An operator or a manager answers this.")

    def _announce(self, band: Band, others: Sequence[Question]) -> None:
        """Name what other lines are asked, without the figures that would be read as this line's."""
        if not others:
            band.show([])
            return
        t = self.t
        opens = t.gettext("[Enter] opens the marked load") + "   " + t.gettext("[F6] goes to the question")
        band.show([*map(self._title_of, others[:3]), opens], title=t.gettext("Other lines"))

    def _title_of(self, question: Question) -> str:
        """Write "AB-123-CD: 43 120 kg" or "AB-123-CD: pit 1 → cell C1"."""
        t, load = self.t, question.load
        if question.offer is not None:
            plate = question.candidate.plate if question.candidate else None
            return t.named(plate or t.gettext("no visit"), t.kg(question.offer.kg))
        if load is None or load.proposal is None or load.proposal.cell is None:
            return ""
        return t.named(load.plate, lines.way(load.proposal.pit, load.proposal.cell, self.board, t))

    def _others(self, others: Sequence[Question]) -> str:
        text = self.t.ngettext("[F6] {count} more waits", "[F6] {count} more wait", len(others))
        return text.format(count=len(others)).replace(" ", "\N{NO-BREAK SPACE}")

    def _rows(self, width: int) -> list[ListRow]:
        t = self.t
        unknown = [one.offer for one in self._questions() if one.offer and one.rows == (one.offer.id,)]
        text = t.gettext("{kg}: no open visit fits, enter the arrival")
        rows = [ListRow(offer.id, (text.format(kg=t.kg(offer.kg)),)) for offer in unknown]
        rows += [
            ListRow(load.id, lines.load_lines(visit, load, self.board, t, width))
            for visit in self.board.visits
            for load in visit.loads
        ]
        rows += [
            ListRow(_OUTBOUND + row.id, outbound.queue_line(row, self.board, t, width))
            for row in self.board.outbound
        ]
        if not rows:
            rows = [ListRow(None, (t.gettext("No vehicle on site. [F3]: enter an arrival"),))]
        return rows

    def keys(self) -> list[tuple[str, str]]:
        """Name what the keys do with the marked line, for this person."""
        t, question = self.t, self.question
        keys = []
        if question is not None and self.may_receive:
            text = t.gettext("confirm") if question.offer is not None else t.gettext("accept")
            keys.append((shown("choose", t), text))
        elif question is None and self.selected_load is not None:
            keys.append((shown("choose", t), t.gettext("open")))
        if self.selected_load is not None:
            keys.append((shown("see", t), t.gettext("see")))
        if self.may_receive:
            keys.append((shown("type", t), t.gettext("type a weight")))
            if self.selected_load is not None:
                keys.append((shown("see_well", t), t.gettext("seen, all well")))
                keys.append((shown("find", t), t.gettext("something found")))
        return [*keys, (shown("show('ended')", t), t.gettext("ended loads"))]

    # --- what is done ---------------------------------------------------------------------------------
    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        question = self.question
        if self._is_unread():
            return
        if event.key is not None and event.key.startswith(_OUTBOUND):
            self.station.show("outbound")
        elif question is None:
            self.action_see()
        elif question.offer is not None:
            confirm_weighing(self, question.offer, question.candidate)
        elif question.load is not None:
            accept(self, question.load)

    def _is_unread(self) -> bool:
        """Tell, and say, that a key was pressed for what stood here before."""
        if self._has_strayed:
            self._has_strayed = False
            text = self.t.gettext("The marked line is gone: read the new one, then press the key again.")
            self.station.say(text)
            return True
        if not self._steady.may_answer():
            self._say_changed()
            return True
        return False

    def _say_changed(self) -> None:
        self.station.say(self.t.gettext("The question just changed: read it, then press the key again."))

    def action_see(self) -> None:
        if self.selected_load is not None:
            self.station.open_load(self.selected_load.id)

    def action_keep(self) -> None:
        if self.selected_load is not None and not self._is_unread():
            keep(self, self.selected_load)

    def action_see_well(self) -> None:
        if self.selected_load is not None and not self._is_unread():
            see_well(self, self.selected_load)

    def action_find(self) -> None:
        if self.selected_load is not None and not self._is_unread():
            find(self, self.selected_load)

    def action_another(self) -> None:
        """Go to the line of what waits longest; where the mark is there, to the next visit or question."""
        questions, question = self._questions(), self.question
        if not questions:
            return
        offer = question.offer if question else None
        if offer is not None and len(_candidates(offer)) > 1:
            self._turns = (offer.id, self._turns_of(offer) + 1)
            target = self._about_offer(offer)
        else:
            after = questions.index(question) + 1 if question else 0
            target = questions[after % len(questions)]
        self._has_strayed = False
        self.query_one("#loads", Rows).mark(target.rows[0])
        self.redraw()

    def action_type(self) -> None:
        type_weight(self)

    def action_set_aside(self) -> None:
        question = self.question
        if question is None or question.offer is None:
            if self.board.offers:
                self.station.say(self.t.gettext("The weight is asked of another line: [F6] goes there."))
        elif not self._is_unread():
            dismiss_weighing(self, question.offer)

    def menu_options(self) -> list[Option]:
        """Name the weight; the option is about no other."""
        t, question, options = self.t, self.question, super().menu_options()
        if self.may_receive and uses_tares(self):
            text = t.gettext("{kg}: keep it as the tare of an empty vehicle")
            options += [
                Option(f"screen.keep_tare({one.id!r})", text.format(kg=t.kg(one.kg)))
                for one in self.board.offers
            ]
        if question is None:
            return options
        candidate, offer = question.candidate, question.offer
        if offer is None or candidate is None or candidate.visit_id is None:
            return options
        ends = f"{offer.id!r}, {candidate.visit_id!r}"
        told = {"plate": candidate.plate, "kg": t.kg(offer.kg)}
        parts = {
            "uncoupled": t.gettext("{plate}, {kg}: one uncoupled part, the rest follows"),
            "axle": t.gettext("{plate}, {kg}: one axle, the rest follows (not legal)"),
        }
        found = [
            Option(f"screen.weigh_part({ends}, {key!r})", text.format(**told)) for key, text in parts.items()
        ]
        if candidate.load_ids:
            label = t.gettext("{plate}, {kg}: tipped elsewhere than decided").format(**told)
            found.insert(0, Option(f"screen.tip_elsewhere({ends})", label))
        return [*found, *options]

    def rare_options(self) -> list[Option]:
        """Name the visit; the option is about no other."""
        visit = self.board.visit_of_load(self._marked)
        if visit is None or not self.may_receive:
            return []
        text = self.t.gettext("Cancel the visit of {plate}").format(plate=visit.plate)
        cancel = Option(f"screen.cancel_visit({visit.id!r})", text)
        if not uses_tares(self):
            return [cancel]
        text = self.t.gettext("Stored tare of {plate} as its last weighing").format(plate=visit.plate)
        return [Option(f"screen.use_tare({visit.id!r})", text), cancel]

    def action_use_tare(self, visit_id: str) -> None:
        visit = self.board.visit(visit_id)
        if visit is not None:
            ask_tare(self, visit)

    def action_keep_tare(self, offer_id: str) -> None:
        offer = next((one for one in self.board.offers if one.id == offer_id), None)
        if offer is not None:
            keep_offered(self, offer)

    def action_cancel_visit(self, visit_id: str) -> None:
        visit = self.board.visit(visit_id)
        if visit is not None:
            cancel_visit(self, visit)

    def action_tip_elsewhere(self, offer_id: str, visit_id: str) -> None:
        """Confirm the offered weight with the pit and cell where the grain really went."""
        question = self.question
        offer, candidate = (question.offer, question.candidate) if question else (None, None)
        if offer is None or candidate is None or (offer.id, candidate.visit_id) != (offer_id, visit_id):
            self._say_changed()
        elif candidate.load_ids:
            load_id = candidate.load_ids[0]
            ask_where(self, lambda parts: confirm_weighing(self, offer, candidate, {load_id: parts}))

    def action_weigh_part(self, offer_id: str, visit_id: str, part: schemas.VehiclePart) -> None:
        """Confirm the offered weight as that of a part of the vehicle, whose other parts follow."""
        question = self.question
        offer, candidate = (question.offer, question.candidate) if question else (None, None)
        if offer is None or candidate is None or (offer.id, candidate.visit_id) != (offer_id, visit_id):
            self._say_changed()
        else:
            confirm_weighing(self, offer, candidate, part=part)

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
