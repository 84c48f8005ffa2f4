"""Entering an arrival: the plate first, the rest mostly known. What is typed stays until it is saved.

Enter goes to the next field that is empty and saves on the last one; a scanned barcode goes to the
load's barcode whatever field is open.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from station.api import schemas
from ui import words
from ui.tui import suggestions
from ui.tui.columns import wrap
from ui.tui.entry import MOST_LOADS, ArrivalDraft, LoadDraft, Wrong, to_arrival
from ui.tui.lines.queue import offer_title
from ui.tui.screens.base import StationScreen
from ui.tui.suggestions import Suggestion
from ui.tui.widgets.bars import Plain
from ui.tui.widgets.rows import Row, Rows

VISIT_FIELDS = ("plate", "supplier")
LOAD_FIELDS = ("species", "barcode", "variety", "claims", "share", "owners")
LAST_FIELDS = ("note", "arrived")
FIELDS = (*VISIT_FIELDS, *LOAD_FIELDS, *LAST_FIELDS)
MAIN_FIELDS = ("plate", "supplier", "species", "barcode")


class Field(Horizontal):
    """A label and its input."""

    DEFAULT_CSS = (
        "Field { height: 1; } Field > Plain { width: 24; padding: 0 1; } Field > Input { width: 1fr; }"
    )

    def __init__(self, name: str) -> None:
        super().__init__(id=f"field-{name}")
        self._field = name

    def compose(self) -> ComposeResult:
        yield Plain(id=f"label-{self._field}")
        yield Input(id=self._field)


class ArrivalScreen(StationScreen):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("f5,p", "add_load", show=False),
        Binding("f6,o", "next_load", show=False),
        Binding("f7,x", "remove_load", show=False),
        Binding("f9,v", "save", show=False),
        Binding("up", "pick(-1)", show=False),
        Binding("down", "pick(1)", show=False),
        Binding("enter", "resume", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.draft = ArrivalDraft()
        self._load = 0
        self._found: list[Suggestion] = []
        self._picked: int | None = None

    # --- what is shown --------------------------------------------------------------------------------
    def body(self) -> Sequence[Widget]:
        return [
            Plain(id="heading", classes="heading"),
            *(Field(name) for name in FIELDS),
            Rows(id="suggestions"),
            Plain(id="note-line"),
        ]

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#suggestions", Rows).can_focus = False
        self._fill()
        self._focus("plate")

    def draw(self) -> None:
        t, offer = self.t, self.board.offer
        parts = [t.gettext("Arrival")]
        count = len(self.draft.loads)
        if count > 1:
            parts.append(t.gettext("load {number} of {count}").format(number=self._load + 1, count=count))
        if offer is not None:
            parts.append(offer_title(offer, 1, self.board.now, t))
        self.query_one("#heading", Plain).show_text(" · ".join(parts))
        for name, label in self._labels().items():
            self.query_one(f"#label-{name}", Plain).show_text(label)
        self.query_one("#suggestions", Rows).show(self._rows)
        note = self.query_one("#note-line", Plain)
        note.show_text(self.station.note_text())
        note.display = bool(note.shown)

    def _labels(self) -> dict[str, str]:
        t = self.t
        return {
            "plate": t.gettext("Plate"),
            "supplier": t.gettext("Supplier"),
            "species": t.gettext("Species"),
            "barcode": t.gettext("Sample barcode"),
            "variety": t.gettext("Declared variety"),
            "claims": t.gettext("Claims"),
            "share": t.gettext("Share of the load, %"),
            "owners": t.gettext("Owners, %"),
            "note": t.gettext("Note"),
            "arrived": t.gettext("Arrived at (if earlier)"),
        }

    def keys(self) -> list[tuple[str, str]]:
        t = self.t
        many = len(self.draft.loads) > 1
        keys = [(t.gettext("Enter"), t.gettext("next, save")), ("F9/V", t.gettext("save"))]
        keys.append(("F5/P", t.gettext("add a load")))
        if many:
            keys += [("F6/O", t.gettext("next load")), ("F7/X", t.gettext("remove load"))]
        return [*keys, (t.gettext("Esc"), t.gettext("letters, back"))]

    def _rows(self, width: int) -> list[Row]:
        rows = [Row(str(i), tuple(wrap(s.label, width, indent=2))) for i, s in enumerate(self._found)]
        hint = self._hint()
        return [Row(None, (hint,), "italic"), *rows] if hint else rows

    def _hint(self) -> str:
        """What Enter does with the field that is open."""
        name, t = self._open_field(), self.t
        if name not in ("plate", "supplier", "species"):
            return ""
        taken = self._taken()
        if taken is not None:
            return t.gettext("[Enter] takes {text}   [↑ ↓] others").format(text=self._found[taken].text)
        if name == "plate" and self.draft.plate.strip():
            return t.gettext("[Enter] a new vehicle   [↑ ↓] a known one")
        return ""

    # --- fields ---------------------------------------------------------------------------------------
    def _open_field(self) -> str | None:
        focused = self.focused
        return focused.id if isinstance(focused, Input) else None

    def _focus(self, name: str) -> None:
        self.query_one(f"#{name}", Input).focus()

    def _fill(self) -> None:
        """Puts the draft into the inputs."""
        load = self.draft.loads[self._load]
        for name in FIELDS:
            source = load if name in LOAD_FIELDS else self.draft
            self.query_one(f"#{name}", Input).value = getattr(source, name)

    def on_input_changed(self, event: Input.Changed) -> None:
        name, value = event.input.id or "", event.value
        target = self.draft.loads[self._load] if name in LOAD_FIELDS else self.draft
        if getattr(target, name) == value and name != self._open_field():
            return
        setattr(target, name, value)
        if name == self._open_field():
            self._look_up(name, value)

    def on_descendant_focus(self) -> None:
        name = self._open_field()
        if name:
            self._look_up(name, self.query_one(f"#{name}", Input).value)

    def _look_up(self, name: str, typed: str) -> None:
        """Suggestions for the open field; the site's words at once, vehicles and suppliers by asking."""
        self._picked = None
        site, client = self.board.site, self.station.client
        self._found = []
        if name == "species" and site:
            self._found = suggestions.named(site.species, dict(words.SPECIES), typed, self.t)
        elif name == "claims" and site:
            last = typed.rpartition(",")[2]
            self._found = suggestions.named(site.claims, dict(words.CLAIMS), last, self.t)
        elif name == "plate" and typed.strip():
            self.station.read(lambda: client.vehicles(typed.strip().upper()), self._show_vehicles)
        elif name == "supplier":
            self.station.read(lambda: client.suppliers(typed.strip()), self._show_suppliers)
        self.redraw()

    def _show_vehicles(self, found: list[schemas.Vehicle]) -> None:
        if self._open_field() == "plate":
            self._found = suggestions.vehicles(found, self.t)
            self.redraw()

    def _show_suppliers(self, found: list[schemas.Supplier]) -> None:
        if self._open_field() == "supplier":
            self._found = suggestions.suppliers(found)
            self.redraw()

    def _taken(self) -> int | None:
        if self._picked is not None:
            return self._picked
        name = self._open_field() or ""
        return suggestions.taken_by_enter(name, self.query_one(f"#{name}", Input).value, self._found)

    def action_pick(self, step: int) -> None:
        """Moves in the suggestions; without any, between fields."""
        if not self._found:
            self.focus_next(Input) if step > 0 else self.focus_previous(Input)
            return
        before = -1 if self._picked is None and step > 0 else self._picked or 0
        self._picked = max(0, min(len(self._found) - 1, before + step))
        self.redraw()
        self.query_one("#suggestions", Rows).mark(str(self._picked))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        name = event.input.id or ""
        taken = self._taken() if name in ("plate", "supplier", "species", "claims") else None
        if taken is not None:
            self._take(name, self._found[taken])
        if name == "barcode" or name == LAST_FIELDS[-1]:
            self.action_save()
            return
        self._next(name)

    def _take(self, name: str, suggestion: Suggestion) -> None:
        text = suggestion.text
        if name == "claims":
            before = self.draft.loads[self._load].claims.rpartition(",")[0]
            text = f"{before}, {text}" if before else text
        self.query_one(f"#{name}", Input).value = text
        setattr(self.draft.loads[self._load] if name in LOAD_FIELDS else self.draft, name, text)
        if suggestion.vehicle is not None:
            self._prefill(suggestion.vehicle)

    def _prefill(self, vehicle: schemas.Vehicle) -> None:
        """The supplier and the species of this vehicle's last visit, where nothing is typed yet."""
        self.draft.supplier = self.draft.supplier or vehicle.supplier or ""
        while len(self.draft.loads) < min(vehicle.loads, MOST_LOADS):
            self.draft.loads.append(LoadDraft())
        for load in self.draft.loads:
            if not load.species and vehicle.species:
                load.species = words.species_name(vehicle.species, self.t.language)
        self._fill()

    def _next(self, name: str) -> None:
        """The next main field that is empty; after the optional ones simply the next."""
        if name in MAIN_FIELDS:
            later = MAIN_FIELDS[MAIN_FIELDS.index(name) + 1 :]
            empty = [field for field in later if not self.query_one(f"#{field}", Input).value.strip()]
            self._focus(empty[0] if empty else "barcode")
        else:
            self._focus(FIELDS[FIELDS.index(name) + 1])

    # --- loads ----------------------------------------------------------------------------------------
    def action_add_load(self) -> None:
        if len(self.draft.loads) < MOST_LOADS:
            self.draft.loads.append(LoadDraft(species=self.draft.loads[self._load].species))
            self._show_load(len(self.draft.loads) - 1)

    def action_next_load(self) -> None:
        self._show_load((self._load + 1) % len(self.draft.loads))

    def action_remove_load(self) -> None:
        if len(self.draft.loads) > 1:
            del self.draft.loads[self._load]
            self._show_load(max(0, self._load - 1))

    def _show_load(self, number: int) -> None:
        self._load = number
        self._fill()
        load = self.draft.loads[number]
        self._focus("barcode" if load.species else "species")
        self.redraw()

    def scanned(self, barcode: str) -> bool:
        """Goes to this load's barcode; where it has one, to the next load without."""
        order = [self._load, *(i for i in range(len(self.draft.loads)) if i != self._load)]
        free = next((i for i in order if not self.draft.loads[i].barcode.strip()), self._load)
        self.draft.loads[free].barcode = barcode
        self._load = free
        self._fill()
        self._focus("barcode" if self.draft.plate.strip() else "plate")
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
        if isinstance(arrival, Wrong):
            self._point_at(arrival)
            return
        client = self.station.client
        self.station.act(lambda: client.enter_arrival(arrival), self._saved)

    def _point_at(self, wrong: Wrong) -> None:
        self.station.say(wrong.text, is_problem=True)
        parts = wrong.field.split(".")
        if parts[0] == "loads" and len(parts) > 1 and parts[1].isdigit():
            self._load = int(parts[1])
            self._fill()
        name = next((part for part in reversed(parts) if part in FIELDS), "plate")
        self._focus(name)

    def _saved(self, visit: schemas.Visit) -> None:
        self.draft, self._load = ArrivalDraft(), 0
        self._fill()
        self._focus("plate")
        self.station.say(self.t.gettext("{plate} entered.").format(plate=visit.plate))
        self.station.show("queue")

    def action_leave(self) -> None:
        """First out of the field, so that letters are keys; then back to the queue. The draft stays."""
        if self._open_field() is not None:
            self.set_focus(None)
            self._found = []
            self.redraw()
        else:
            self.station.show("queue")

    def action_resume(self) -> None:
        """Enter outside the fields goes to the first empty one."""
        empty = [name for name in MAIN_FIELDS if not self.query_one(f"#{name}", Input).value.strip()]
        self._focus(empty[0] if empty else "barcode")
