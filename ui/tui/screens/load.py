"""Show one load: the proposal with its pit in large figures, the evidence, why this cell and why no other."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from station.api import schemas
from ui.tui.columns import fit, header_row, table_row, wrap
from ui.tui.decisions import accept, may_accept
from ui.tui.keys import bound, shown
from ui.tui.lines import load as lines
from ui.tui.lines.queue import proposal_title, waits_for_word, way
from ui.tui.lines.texts import reason_list
from ui.tui.photo_question import open_question
from ui.tui.screens import load_acts
from ui.tui.screens.base import StationScreen
from ui.tui.screens.printing import print_of
from ui.tui.screens.retained_acts import keep
from ui.tui.screens.tipping import correct_tipping
from ui.tui.screens.visual import find, see_well
from ui.tui.station import ScreenName, Station
from ui.tui.steady import Steady
from ui.tui.widgets.band import Band
from ui.tui.widgets.bars import Plain
from ui.tui.widgets.rows import ListRow, Rows

_ENDED_WITHOUT_TICKET = frozenset({"refused", "left", "cancelled"})
_HEAD = 2  # lines of a short screen's headline
_TIPPED = frozenset({"ticketed", "received"})
_ENDED = _ENDED_WITHOUT_TICKET | _TIPPED | {"observed"}


class LoadScreen(StationScreen):
    """This screen shows the load `load_id`; Escape goes back to where it was opened."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        "another", "type", "set_aside", "see_well", "find", "keep", "print"
    )

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self.load_id: str | None = None
        self._back: ScreenName = "queue"
        self._steady = Steady(station.clock)

    def go_to(self, load_id: str, back: ScreenName) -> None:
        """Show this load from now on; Escape goes `back`."""
        self.load_id, self._back = load_id, back

    def action_leave(self) -> None:
        self.station.show(self._back)

    @property
    def load(self) -> schemas.Load | None:
        return self.board.loads.get(self.load_id or "")

    @property
    def selected_load(self) -> schemas.LoadRow | None:
        return self.load

    def body(self) -> Sequence[Widget]:
        return [Plain(id="headline", classes="heading"), Band(id="band"), Rows(id="sections")]

    def draw(self) -> None:
        load = self.load
        headline, band = self.query_one("#headline", Plain), self.query_one("#band", Band)
        if load is None:
            headline.show_text(self.t.gettext("reading the load …"))
            band.show([])
            self.query_one("#sections", Rows).show(lambda width: ())
            return
        self._steady.show((load.id, load.state, load.proposal.id if load.proposal else None))
        told = wrap(lines.headline(load, self.board, self.t), self.width - 2)
        if self.is_short and len(told) > _HEAD:
            told = [*told[: _HEAD - 1], fit(told[_HEAD - 1] + " …", self.width - 2)]
        headline.show_text("\n".join(told))
        self._draw_band(band, load)
        self.query_one("#sections", Rows).show(self._rows)

    def _draw_band(self, band: Band, load: schemas.Load) -> None:
        t, proposal = self.t, load.proposal
        if load.state in _ENDED_WITHOUT_TICKET:
            band.show(lines.end_texts(load, self.station.zone, t), title=t.gettext("Outcome"))
        elif load.decision is not None:
            pit, cell = load.decision.pit, load.decision.cell
            text = t.gettext("DECIDED: {way}").format(way=way(pit, cell, self.board, t))
            approved = [lines.approved(load.decision, t)] if load.decision.approved_by else []
            found = [lines.found_since(load, t)] if load.found_since else []
            texts = [text, *found, *approved, self._after_decision(load)]
            band.show(texts, pit=self.board.pit_name(pit), title=t.gettext("Decision"))
        elif proposal is None:
            band.show([t.gettext("Nothing is proposed yet."), self._waits(load)], title=t.gettext("Proposal"))
        else:
            asks = t.gettext("[Enter] accept   [F6] another cell")
            if open_question(load) is not None:
                asks = t.gettext("[Enter] answer   [F6] choose a cell")
            elif proposal.cell is None:
                asks = t.gettext("[F7] type a value   [F6] choose a cell")
            why = reason_list([*proposal.reasons, *lines.decisive(proposal)], t)
            word = [waits_for_word(load, t)] if load.waits_for else []
            texts = [proposal_title(load, self.board, t), *([why] if why else []), *word, asks]
            pit = self.board.pit_name(proposal.pit) if proposal.cell else ""
            band.show(texts, pit=pit, title=t.gettext("Proposal"))

    def _waits(self, load: schemas.Load) -> str:
        if load.barcode is None:
            return self.t.gettext("Scan the sample's barcode, or [F7] types it.")
        return self.t.gettext("It comes with the weight and the values; [F7] types a value.")

    def _after_decision(self, load: schemas.Load) -> str:
        if load.ticket is not None:
            return self.t.gettext("ticket {number}").format(number=load.ticket)
        text = self.t.gettext("The ticket comes with the weighing after tipping.")
        if load.state != "decided":
            return text
        return text + "   " + self.t.gettext("[F6] changes it")

    def _rows(self, width: int) -> list[ListRow]:
        load, t = self.load, self.t
        if load is None:
            return []
        rows: list[ListRow] = []
        columns = lines.evidence_columns(t)
        for section in lines.sections(load, self.board, t):
            is_table = isinstance(section.entries[0], tuple)
            title = header_row(columns, width) if is_table else section.title
            rows.append(ListRow(None, (title,), "bold underline"))
            for number, entry in enumerate(section.entries):
                text = (
                    (table_row(entry, columns, width),)
                    if isinstance(entry, tuple)
                    else wrap(entry, width, indent=2)
                )
                rows.append(ListRow(f"{section.title} {number}", tuple(text)))
        if not rows:
            rows.append(ListRow(None, (t.gettext("No reading and no photo yet."),)))
        return rows

    def keys(self) -> list[tuple[str, str]]:
        """Name what may be done with this load now, by this person."""
        t, load = self.t, self.load
        back = (shown("leave", t), t.gettext("back"))
        if load is None or not self.may_receive:
            return [back]
        keeps = [(shown("keep", t), t.gettext("keep a sample"))] if load.barcode and load.decision else []
        if load.state in _TIPPED:
            keeps = [(shown("another", t), t.gettext("tipped elsewhere")), *keeps]
        if load.ticket_document is not None:
            keeps.append((shown("print", t), t.gettext("print its ticket again")))
        if load.state in _ENDED:
            return [*keeps, back]
        keys = [(shown("choose", t), t.gettext("accept"))] if may_accept(load) else []
        if open_question(load) is not None:
            keys = [(shown("choose", t), t.gettext("answer"))]
        if load_acts.may_override(load):
            keys.append((shown("another", t), t.gettext("other cell")))
        return [
            *keys,
            (shown("type", t), t.gettext("type value, variety, barcode")),
            (shown("set_aside", t), t.gettext("refuse, leave, cancel")),
            (shown("see_well", t), t.gettext("seen, all well")),
            (shown("find", t), t.gettext("something found")),
            *keeps,
            back,
        ]

    # --- what is done ---------------------------------------------------------------------------------
    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        if self.load is None:
            return
        if not self._steady.may_answer():
            self.station.say(self.t.gettext("The question just changed: read it, then press Enter again."))
        else:
            accept(self, self.load)

    def take_scan(self, barcode: str) -> bool:
        if self.load is None or self.load.barcode is not None:
            return False
        load_acts.enter_barcode(self, self.load, barcode)
        return True

    def action_type(self) -> None:
        self._ask(load_acts.type_value)

    def action_another(self) -> None:
        """Choose another cell; of a load that was tipped, the one where it really went."""
        load = self.load
        if load is not None and load.state in _TIPPED and self.may_receive:
            correct_tipping(self, load)
        else:
            self._ask(load_acts.override)

    def action_set_aside(self) -> None:
        self._ask(load_acts.set_aside)

    def action_see_well(self) -> None:
        self._ask(see_well)

    def action_find(self) -> None:
        self._ask(find)

    def action_keep(self) -> None:
        """Keep a part of the sample, also of a load that has ended."""
        if self.load is None:
            self.station.say(self.t.gettext("The load is still being read: press the key again."))
        elif self.may_receive:
            keep(self, self.load)

    def action_print(self) -> None:
        """Print the ticket of a load that has one."""
        if self.load is not None and self.may_receive:
            print_of(self, self.load.id)

    def _ask(self, ask: Callable[[StationScreen, schemas.Load], None]) -> None:
        if self.load is None:
            self.station.say(self.t.gettext("The load is still being read: press the key again."))
        elif self.load.state in _ENDED:
            self.station.say(self.t.gettext("This load has ended: nothing is left to do."))
        elif not self.may_receive:
            self.station.say(self.t.gettext("Operators and managers do this."), is_problem=True)
        else:
            ask(self, self.load)
