"""Sign in by a name and a PIN. Nothing is done here before somebody says who they are."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Input

from drivers.text import unaccented, visible
from station.api import schemas
from ui.tui.columns import wrap
from ui.tui.keys import bound, shown
from ui.tui.screens.base import StationScreen
from ui.tui.station import Station
from ui.tui.widgets.bars import Plain
from ui.tui.widgets.rows import ListRow, Rows
from ui.words import vocabulary
from ui.words.i18n import LANGUAGES


class SignInScreen(StationScreen):
    """Typing narrows the list of names; Enter takes the marked one, then the PIN."""

    DEFAULT_CSS = "SignInScreen Plain.label { padding: 0 1; } SignInScreen Rows { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [*bound("move(-1)", "move(1)", priority=True), *bound("leave")]

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self._people: list[schemas.Person] = []
        self._asked = False

    def body(self) -> Sequence[Widget]:
        rows = Rows(id="people")
        rows.can_focus = False
        return [
            Plain(id="heading", classes="heading"),
            Plain(id="name-label", classes="label"),
            Input(id="name"),
            Plain(id="pin-label", classes="label"),
            Input(id="pin", password=True),
            rows,
            Plain(id="note-below", classes="note"),
        ]

    def draw(self) -> None:
        t = self.t
        self.query_one("#heading", Plain).show_text(t.gettext("Sign in"))
        self.query_one("#name-label", Plain).show_text(t.gettext("Name"))
        self.query_one("#pin-label", Plain).show_text(t.gettext("PIN"))
        self.query_one("#people", Rows).show(self._rows)
        self.draw_note()
        if not self._asked and self.station.connection.is_up:
            self._asked = True
            self.station.read(self.station.client.people, self._show_people)

    def keys(self) -> list[tuple[str, str]]:
        t = self.t
        return [
            (shown("choose", t), t.gettext("take")),
            ("↑ ↓", t.gettext("move")),
            (shown("language", t), t.gettext("français")),
            (shown("contrast", t), t.gettext("contrast")),
            (shown("quit", t), t.gettext("quit")),
        ]

    def clear(self) -> None:
        """Forget what was typed, for the next person; the list of names is read again."""
        self._asked = False
        if self._is_whole:
            self.query_one("#pin", Input).value = ""
            self.query_one("#name", Input).value = ""
            self.query_one("#name", Input).focus()

    def take_scan(self, barcode: str) -> bool:
        self.station.say(self.t.gettext("Sign in first, then scan again."), is_problem=True)
        return True

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "name":
            self.query_one("#people", Rows).show(self._rows)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        name, pin = self.query_one("#name", Input), self.query_one("#pin", Input)
        if event.input is name:
            marked = self.query_one("#people", Rows).marked
            name.value = visible(marked or name.value.strip())
            if name.value:
                pin.focus()
            return
        if len(pin.value) < 4:
            self.station.say(self.t.gettext("A PIN has at least 4 figures."), is_problem=True)
            return
        client = self.station.client
        who, secret = name.value.strip(), pin.value
        self.station.act(lambda: client.sign_in(who, secret), self._enter, on_refusal=self._forget_pin)

    def action_move(self, step: int) -> None:
        self.query_one("#people", Rows).action_move(step)

    def action_leave(self) -> None:
        self.query_one("#name", Input).focus()

    def _show_people(self, people: list[schemas.Person]) -> None:
        self._people = people
        self.redraw()

    def welcome(self, person: schemas.Person) -> None:
        """Speak the person's language, where one is recorded, and go to the queue."""
        if person.language in LANGUAGES:
            self.station.set_language(person.language)
        self.station.say(self.t.gettext("Good day, {name}.").format(name=person.name))
        self.station.show("queue")

    def _enter(self, signed: schemas.SignedIn) -> None:
        self.clear()
        self.welcome(signed.person)

    def _forget_pin(self, problem: schemas.Problem) -> bool:
        self.query_one("#pin", Input).value = ""
        return False

    def _rows(self, width: int) -> list[ListRow]:
        typed = unaccented(self.query_one("#name", Input).value.strip())
        fitting = [person for person in self._people if unaccented(person.name).startswith(typed)]
        return [ListRow(person.name, tuple(wrap(self._label(person), width, indent=2))) for person in fitting]

    def _label(self, person: schemas.Person) -> str:
        roles = ", ".join(
            vocabulary.word(vocabulary.PERSON_ROLES, role, self.t.language) for role in person.roles
        )
        return f"{person.name} ({roles})"
