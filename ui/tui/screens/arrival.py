"""Enter an arrival: the plate first, the rest mostly known. What is typed stays until it is saved.

Enter goes to the next field that is empty and saves on the last one; a scanned barcode goes to the load's
barcode whatever field is open.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input

from drivers.text import visible
from station.api import schemas
from ui.tui import gate, suggestions
from ui.tui.columns import wrap
from ui.tui.dialogs import Choice, Option
from ui.tui.entry import ArrivalDraft, WrongField, find_word, owner_begun, to_arrival
from ui.tui.keys import bound, shown
from ui.tui.lines.queue import offer_title
from ui.tui.scans import no_sample
from ui.tui.screens.arrival_acts import enter_arrival
from ui.tui.screens.arrival_catalogue import fill_only_contract, suggest
from ui.tui.screens.arrival_form import FIELDS, LAST_FIELDS, MAIN_FIELDS, ArrivalForm
from ui.tui.screens.base import StationScreen
from ui.tui.station import Station
from ui.tui.suggestions import Suggestion
from ui.tui.widgets.bars import Plain
from ui.tui.widgets.rows import ListRow, Rows
from ui.words import vocabulary

COMPLETED = ("plate", "supplier", "species", "claims", "contract", "variety", "owners")


class ArrivalScreen(StationScreen):
    BINDINGS: ClassVar[list[BindingType]] = bound(
        "add", "another", "set_aside", "save", "move(-1)", "move(1)", "choose"
    )

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self.form = ArrivalForm()
        self._suggestions: list[Suggestion] = []
        self._picked: int | None = None
        self._is_left = False
        self._claims: dict[tuple[str, str], list[schemas.ClaimChoice]] = {}

    @property
    def draft(self) -> ArrivalDraft:
        return self.form.draft

    # --- begun or new ---------------------------------------------------------------------------------
    def on_screen_suspend(self) -> None:
        """A dialog that opens over the form does not leave it."""
        self._is_left = not isinstance(self.app.screen, ModalScreen)

    def on_screen_resume(self) -> None:
        """Start at the plate; an arrival that was begun is gone on with only by who says so."""
        if not self._is_left:
            return
        self._is_left = False
        if self.draft == ArrivalDraft():
            self.form.open("plate")
            return
        begun = " ".join(part for part in (self.draft.plate, self.draft.supplier) if part.strip())
        title = self.t.gettext("An arrival is begun: {text}").format(text=visible(begun) or "…")
        options = [
            Option("resume", self.t.gettext("go on with it")),
            Option("new", self.t.gettext("a new arrival: forget what is typed")),
        ]
        self.choose(title, options, self._resume)

    def _resume(self, choice: Choice) -> None:
        if choice.key == "new":
            self.form.clear()
        else:
            self.form.open(self.form.first_empty())

    # --- what is shown --------------------------------------------------------------------------------
    def body(self) -> Sequence[Widget]:
        rows = Rows(id="suggestions")
        rows.can_focus = False
        return [
            Plain(id="heading", classes="heading"),
            self.form,
            rows,
            Plain(id="note-below", classes="note"),
        ]

    def draw(self) -> None:
        t, offer, count = self.t, self.board.offer, len(self.draft.loads)
        parts = [t.gettext("Arrival")]
        if count > 1:
            parts.append(
                t.gettext("load {number} of {count}").format(number=self.form.number + 1, count=count)
            )
        if offer is not None:
            parts.append(offer_title(offer, self.board, t))
        self.query_one("#heading", Plain).show_text(" · ".join(parts))
        self.form.relabel(t)
        self.query_one("#suggestions", Rows).show(self._rows)
        self.draw_note()

    def keys(self) -> list[tuple[str, str]]:
        t = self.t
        keys = [(shown("choose", t), t.gettext("next, save")), (shown("save", t), t.gettext("save"))]
        keys.append((shown("add", t), t.gettext("add a load")))
        if len(self.draft.loads) > 1:
            keys.append((shown("another", t), t.gettext("other load")))
            keys.append((shown("set_aside", t), t.gettext("remove load")))
        return [*keys, (shown("leave", t), t.gettext("queue"))]

    def _rows(self, width: int) -> list[ListRow]:
        """Mark only what Enter takes."""
        taken = self._taken_by_enter()
        rows = [
            ListRow(str(i) if i == taken else None, tuple(wrap(suggestion.label, width, indent=2)))
            for i, suggestion in enumerate(self._suggestions)
        ]
        hint = self._hint()
        return [ListRow(None, (hint,), "italic"), *rows] if hint else rows

    def _hint(self) -> str:
        """Say what Enter does with the field that is open."""
        name, t = self.form.open_field, self.t
        if name not in COMPLETED:
            return ""
        taken = self._taken_by_enter()
        if taken is not None and self._suggestions[taken].announced:
            hint = t.gettext("[Enter] {plate} is here, as announced   [↑ ↓] others")
            return hint.format(plate=self._suggestions[taken].text)
        if taken is not None:
            return t.gettext("[Enter] takes {text}   [↑ ↓] others").format(text=self._suggestions[taken].text)
        if name == "plate" and self.draft.plate.strip():
            return t.gettext("[Enter] a new vehicle   [↑ ↓] a known one")
        if name == "supplier" and self.draft.supplier.strip():
            return t.gettext("[Enter] a new supplier   [↑ ↓] a known one")
        return ""

    # --- suggestions ----------------------------------------------------------------------------------
    def on_input_changed(self, event: Input.Changed) -> None:
        name = event.input.id or ""
        if name == self.form.open_field:
            self._look_up(name, event.value)

    def on_descendant_focus(self) -> None:
        name = self.form.open_field
        if name:
            self._look_up(name, self.form.value(name))

    def _look_up(self, name: str, typed: str) -> None:
        """Suggest words for the open field: the site's at once, vehicles, suppliers and what is announced by
        asking."""
        self._picked, self._suggestions = None, []
        site, client, t = self.board.site, self.station.client, self.t
        if name == "species" and site:
            self._suggestions = suggestions.site_words(site.species, vocabulary.SPECIES, typed, t)
        elif name == "claims" and site:
            self._suggest_claims(site, typed)
        elif name == "plate":
            self.station.read(
                lambda: gate.plates_like(client, typed.strip().upper(), self.station.zone, t),
                lambda plates: self._show_answer(name, typed, plates),
            )
        elif name == "supplier":
            self.station.read(
                lambda: client.suppliers(typed.strip()),
                lambda suppliers: self._show_answer(name, typed, suggestions.suppliers(suppliers)),
            )
        elif name == "owners" and (begun := owner_begun(typed)[1]):
            self.station.read(
                lambda: client.suppliers(begun),
                lambda suppliers: self._show_answer(name, typed, suggestions.suppliers(suppliers)),
            )
        elif name in ("contract", "variety"):
            suggest(
                self.station, name, self.form, self._species(), t,
                lambda answer: self._show_answer(name, typed, answer),
            )  # fmt: skip
        self.redraw()

    def _species(self) -> str:
        """The species of the shown load; empty while none of the site's is typed."""
        known = self.board.site.species if self.board.site else []
        return find_word(self.form.load.species, known, vocabulary.SPECIES, self.t.language) or ""

    def _suggest_claims(self, site: schemas.Site, typed: str) -> None:
        """Suggest the site's claims, in the order that the station knows for this supplier and species."""
        supplier = self.draft.supplier.strip()
        species = self._species()
        known = self._claims.get((supplier, species))
        if known is None:
            client, plain = self.station.client, [_plain_choice(claim) for claim in site.claims]
            known = self._claims[supplier, species] = plain
            self.station.read(
                lambda: client.claims(supplier, species),
                lambda choices: self._keep_claims((supplier, species), choices),
            )
        self._suggestions = suggestions.claims(known, typed, self.t)

    def _keep_claims(self, of: tuple[str, str], choices: list[schemas.ClaimChoice]) -> None:
        self._claims[of] = choices
        if self.form.open_field == "claims":
            self._look_up("claims", self.form.value("claims"))

    def _show_answer(self, name: str, typed: str, answer: list[Suggestion]) -> None:
        """Show the answer, unless something else has been typed since."""
        if self.form.open_field == name and self.form.value(name) == typed:
            self._suggestions = answer
            self.redraw()

    def _taken_by_enter(self) -> int | None:
        if self._picked is not None:
            return self._picked
        name = self.form.open_field
        if name is None or name == "owners":  # a name is taken by an arrow: percent is typed behind it
            return None
        typed = self.form.value(name)
        if name == "claims":
            typed = typed.rpartition(",")[2]
        return suggestions.choice_of_enter(name, typed, self._suggestions)

    def action_move(self, step: int) -> None:
        """Move in the suggestions; without any, between fields."""
        if not self._suggestions:
            self.focus_next(Input) if step > 0 else self.focus_previous(Input)
            return
        before = -1 if self._picked is None and step > 0 else self._picked or 0
        self._picked = max(0, min(len(self._suggestions) - 1, before + step))
        self.redraw()

    # --- from field to field --------------------------------------------------------------------------
    def on_input_submitted(self, event: Input.Submitted) -> None:
        name = event.input.id or ""
        taken = self._taken_by_enter() if name in COMPLETED else None
        if taken is not None and (announced := self._suggestions[taken].announced) is not None:
            self.confirm(announced)
            return
        if taken is not None:
            self._take(name, self._suggestions[taken])
            if name == "owners":
                event.input.cursor_position = len(event.input.value)
                return
        if name in ("plate", "supplier", "species"):
            fill_only_contract(self.station, self.form, self._species(), self.t, self.redraw)
        if name in ("barcode", LAST_FIELDS[-1]):
            self.action_save()
        elif name in MAIN_FIELDS:
            wrong = self._wrong_in(name)
            if wrong is None:
                self.form.open(self.form.first_empty(after=name))
            else:  # or what is typed next would land one field further down
                self.station.say(wrong.text, is_problem=True)
        else:
            self.form.open(FIELDS[FIELDS.index(name) + 1])

    def _wrong_in(self, name: str) -> WrongField | None:
        """Tell what is wrong in this field, when nothing before it is."""
        site, now = self.board.site, self.board.now
        if site is None or now is None:
            return None
        read = to_arrival(self.draft, site, now, self.station.zone, self.t)
        places = {name, f"loads.{self.form.number}.{name}"}
        return read if isinstance(read, WrongField) and read.field in places else None

    def _take(self, name: str, suggestion: Suggestion) -> None:
        if name == "owners":
            before = owner_begun(self.form.value(name))[0]
            self.form.put(name, f"{before} {suggestion.text} ".lstrip())
            return
        before = self.form.value(name).rpartition(",")[0] if name == "claims" else ""
        self.form.put(name, f"{before}, {suggestion.text}" if before else suggestion.text)
        if suggestion.vehicle is not None:
            self.form.prefill(suggestion.vehicle, self.t)

    def action_add(self) -> None:
        self.form.add_load()
        self.redraw()

    def action_another(self) -> None:
        self.form.next_load()
        self.redraw()

    def action_set_aside(self) -> None:
        self.form.remove_load()
        self.redraw()

    def confirm(self, announced: schemas.Announced) -> None:
        """Enter what was announced, with the barcodes, the trailer and the note that are in the form."""
        gate.confirm(self, announced, self.draft, self._say_entered)

    def prefill(self, vehicle: schemas.Vehicle) -> None:
        """Begin with a vehicle that a badge named."""
        self.form.put("plate", vehicle.plate)
        self.form.prefill(vehicle, self.t)
        self.form.open(self.form.first_empty())

    def take_scan(self, barcode: str) -> bool:
        """A barcode is a sample's, except where a plate is asked for: there it may be a badge or the code of
        what is announced."""
        if self.form.open_field == "plate" and not self.draft.plate.strip():
            gate.identify(self, barcode, lambda: self._take_barcode(barcode))
            return True
        return self._take_barcode(barcode)

    def _take_barcode(self, barcode: str) -> bool:
        if not self.board.may_be_sample(barcode):
            self.station.say(no_sample(barcode, self.t), is_problem=True)
            return True
        name, taken = self.form.open_field, self._taken_by_enter()
        if name in COMPLETED and taken is not None:  # a scan ends the field as Enter does
            self._take(name, self._suggestions[taken])
        self.form.take_barcode(barcode)
        self.station.say(self.t.gettext("Sample barcode {barcode} taken.").format(barcode=barcode))
        return True

    # --- saving and leaving ---------------------------------------------------------------------------
    def action_save(self) -> None:
        site, now = self.board.site, self.board.now
        if site is None or now is None:
            self.station.say(
                self.t.gettext("The station has not been heard yet; nothing is lost."), is_problem=True
            )
            return
        arrival = to_arrival(self.draft, site, now, self.station.zone, self.t)
        if isinstance(arrival, WrongField):
            self._point_at(arrival)
        else:
            enter_arrival(self, arrival, self._say_entered)

    def _point_at(self, wrong: WrongField) -> None:
        self.station.say(wrong.text, is_problem=True)
        parts = wrong.field.split(".")
        if parts[0] == "loads" and len(parts) > 1 and parts[1].isdigit():
            self.form.show_load(int(parts[1]))
        self.form.open(next((part for part in reversed(parts) if part in FIELDS), "plate"))

    def go_to_names(self, names: Sequence[str]) -> None:
        self.form.open("supplier" if self.draft.supplier.strip() in names else "owners")

    def _say_entered(self, visit: schemas.Visit) -> None:
        self.form.clear()
        self._claims.clear()  # certificates may come between two arrivals
        self.station.say(self.t.gettext("{plate} entered.").format(plate=visit.plate))
        self.station.show("queue")

    def action_choose(self) -> None:
        """Go to the first empty field, when Enter is pressed outside of them."""
        self.form.open(self.form.first_empty())


def _plain_choice(claim: str) -> schemas.ClaimChoice:
    return schemas.ClaimChoice(id=claim, needs_certificate=False)
