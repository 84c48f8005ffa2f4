"""The form has the fields of an arrival and the draft they write into. Several loads share the fields of
one, shown in turn."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from drivers.text import visible
from station.api import schemas
from ui.tui.entry import MOST_LOADS, ArrivalDraft, LoadDraft
from ui.tui.widgets.bars import Plain
from ui.words import vocabulary
from ui.words.i18n import Translator

VISIT_FIELDS = ("plate", "trailer", "supplier")
LOAD_FIELDS = ("species", "barcode", "contract", "variety", "claims", "share", "owners")
LAST_FIELDS = ("note", "arrived")
FIELDS = (*VISIT_FIELDS, *LOAD_FIELDS, *LAST_FIELDS)
MAIN_FIELDS = ("plate", "supplier", "species", "barcode")


class Field(Horizontal):
    """A field is a label and its input."""

    DEFAULT_CSS = (
        "Field { height: 1; } Field > Plain { width: 26; padding: 0 1; } Field > Input { width: 1fr; }"
    )

    def __init__(self, name: str) -> None:
        super().__init__(id=f"field-{name}")
        self._field = name

    def compose(self) -> ComposeResult:
        yield Plain(id=f"label-{self._field}")
        yield Input(id=self._field)


class ArrivalForm(Vertical):
    """`draft` is what is typed so far; `number` is the load whose fields are shown."""

    DEFAULT_CSS = "ArrivalForm { height: auto; }"

    def __init__(self) -> None:
        super().__init__(id="form")
        self.draft = ArrivalDraft()
        self.number = 0
        self._offered_trailer = ""

    def compose(self) -> ComposeResult:
        yield from (Field(name) for name in FIELDS)

    @property
    def load(self) -> LoadDraft:
        return self.draft.loads[self.number]

    @property
    def open_field(self) -> str | None:
        """Name the field that is typed into now."""
        focused = self.screen.focused if self.is_attached else None
        return focused.id if isinstance(focused, Input) else None

    def value(self, name: str) -> str:
        return str(getattr(self._owner(name), name))

    def put(self, name: str, value: str) -> None:
        """Write a value into the draft and its input."""
        setattr(self._owner(name), name, value)
        self.query_one(f"#{name}", Input).value = visible(value)

    def fill(self) -> None:
        """Show the draft."""
        for name in FIELDS:
            self.query_one(f"#{name}", Input).value = visible(self.value(name))

    def show_all_but_open(self) -> None:
        """Show the draft where nobody types now."""
        for name in FIELDS:
            if name != self.open_field:
                self.query_one(f"#{name}", Input).value = visible(self.value(name))

    def open(self, name: str) -> None:
        self.query_one(f"#{name}", Input).focus()

    def relabel(self, t: Translator) -> None:
        labels = {
            "plate": t.gettext("Plate"),
            "trailer": t.gettext("Trailer (if any)"),
            "supplier": t.gettext("Supplier"),
            "species": t.gettext("Species"),
            "barcode": t.gettext("Sample barcode"),
            "contract": t.gettext("Contract"),
            "variety": t.gettext("Declared variety"),
            "claims": t.gettext("Claims"),
            "share": t.gettext("Share of the load, %"),
            "owners": t.gettext("Owners, %"),
            "note": t.gettext("Note"),
            "arrived": t.gettext("Arrived at (if earlier)"),
        }
        for name, label in labels.items():
            self.query_one(f"#label-{name}", Plain).show_text(label)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Write what is typed into the draft; closed fields change by `fill`, from the draft itself."""
        name = event.input.id or ""
        if name == self.open_field:
            setattr(self._owner(name), name, event.value)

    def first_empty(self, after: str | None = None) -> str:
        """Name the next main field without a value; the barcode, which saves, when all have one."""
        later = MAIN_FIELDS[MAIN_FIELDS.index(after) + 1 :] if after else MAIN_FIELDS
        return next((name for name in later if not self.value(name).strip()), "barcode")

    def prefill(self, vehicle: schemas.Vehicle, t: Translator) -> None:
        """Fill in trailer, supplier, loads and species of this vehicle's last visit, where nothing is typed
        yet. A trailer that was filled in for another vehicle goes with it."""
        if self.draft.trailer in ("", self._offered_trailer):
            self.draft.trailer = self._offered_trailer = vehicle.trailer or ""
        self.draft.supplier = self.draft.supplier or vehicle.supplier or ""
        while len(self.draft.loads) < min(vehicle.loads, MOST_LOADS):
            self.draft.loads.append(LoadDraft())
        for load in self.draft.loads:
            if not load.species and vehicle.species:
                load.species = vocabulary.species_name(vehicle.species, t.language)
        self.fill()

    def clear(self) -> None:
        self.draft, self.number = ArrivalDraft(), 0
        self.fill()
        self.open("plate")

    # --- loads ----------------------------------------------------------------------------------------
    def show_load(self, number: int) -> None:
        self.number = number
        self.fill()
        self.open("barcode" if self.load.species else "species")

    def add_load(self) -> None:
        """Add a load of the same species, as a trailer mostly carries."""
        if len(self.draft.loads) < MOST_LOADS:
            self.draft.loads.append(LoadDraft(species=self.load.species))
            self.show_load(len(self.draft.loads) - 1)

    def next_load(self) -> None:
        self.show_load((self.number + 1) % len(self.draft.loads))

    def remove_load(self) -> None:
        if len(self.draft.loads) > 1:
            del self.draft.loads[self.number]
            self.show_load(max(0, self.number - 1))

    def take_barcode(self, barcode: str) -> None:
        """Give the barcode to the shown load; where it has one, to the next load without."""
        order = [self.number, *(i for i in range(len(self.draft.loads)) if i != self.number)]
        free = next((i for i in order if not self.draft.loads[i].barcode.strip()), self.number)
        self.draft.loads[free].barcode = barcode
        self.number = free
        self.fill()
        self.open("barcode" if self.draft.plate.strip() else "plate")

    def _owner(self, name: str) -> ArrivalDraft | LoadDraft:
        return self.load if name in LOAD_FIELDS else self.draft
