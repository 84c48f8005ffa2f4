"""A person records what was done with a cell or its grain: dried, cleaned, ventilated, treated; or that a
line was treated or flushed. Each question is one line; all answers are said before they are written."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from station.api import schemas
from ui.tui.asked_again import ask_again
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen
from ui.words import vocabulary
from ui.words.acts import acted
from ui.words.i18n import Translator
from ui.words.numbers import masses_in, numbers_in

Answers = dict[str, float | str]
Then = Callable[[Answers], None]
Send = Callable[[Answers], Awaitable[None]]  # with what the person says once the station asked
_MOVEMENT: TypeAdapter[schemas.MovementIn] = TypeAdapter(schemas.MovementIn)
_MOST_PERCENT = 100.0
_HERE = ("arrived", "weighed", "proposed", "waiting", "decided")  # states of a load without its ticket


@dataclass(frozen=True, slots=True)
class Question:
    """One number that is asked for: a mass in kilograms, or a plain one up to `most`. `needed` False: empty
    is an answer."""

    name: str
    title: str
    hint: str
    is_mass: bool = False
    needed: bool = True
    most: float = _MOST_PERCENT


def act_options(t: Translator) -> list[Option]:
    """What may be recorded beside movements."""
    return [
        Option("drying", t.gettext("grain was dried")),
        Option("grain_cleaning", t.gettext("grain was cleaned")),
        Option("ventilation", t.gettext("a cell was ventilated")),
        Option("treatment", t.gettext("a cell was treated")),
        Option("treated_load", t.gettext("a load was treated at its intake")),
        Option("treated_line", t.gettext("a line was treated")),
        Option("flush", t.gettext("a line was flushed")),
        Option("cell_cleaning", t.gettext("an empty cell was cleaned")),
    ]


def is_act(key: str) -> bool:
    return key in _ASKS


def ask_act(screen: StationScreen, kind: str) -> None:
    _ASKS[kind](screen)


def cell_option(screen: StationScreen, cell: schemas.Cell) -> Option:
    t = screen.t
    parts = [cell.name, t.tonnes(cell.content_t)]
    if cell.species:
        parts.append(vocabulary.species_name(cell.species, t.language))
    return Option(cell.id, " · ".join(parts))


# --- cells --------------------------------------------------------------------------------------------
def _ask_drying(screen: StationScreen) -> None:
    t = screen.t
    mass = t.gettext("26.4 t or 26,400 kg")
    questions = [
        Question("kg", t.gettext("How much went into the dryer?"), mass, is_mass=True),
        Question("moisture_from", t.gettext("Moisture before, in %"), "16.2"),
        Question("moisture_to", t.gettext("Moisture after, in %"), "14"),
        Question(
            "measured_kg", t.gettext("How much came out by the scale? (empty: not weighed)"), mass,
            is_mass=True, needed=False,
        ),
    ]  # fmt: skip

    def into(cell: str) -> None:
        options = [cell_option(screen, one) for one in screen.board.cells]
        options.sort(key=lambda one: one.key != cell)
        screen.choose(
            t.gettext("Into which cell?"),
            options,
            lambda choice: _ask_all(
                screen,
                questions,
                {"to_cell": choice.key},
                lambda said: _confirm(screen, "drying", cell, said),
            ),
        )

    _ask_cell(screen, t.gettext("Out of which cell?"), into)


def _ask_cleaning(screen: StationScreen) -> None:
    t = screen.t
    questions = [
        Question("kg", t.gettext("How much waste?"), t.gettext("26.4 t or 26,400 kg"), is_mass=True),
        Question(
            "impurities", t.gettext("Impurities afterwards, in % (empty: not measured)"), "1.2", needed=False
        ),
        Question(
            "broken", t.gettext("Broken grains afterwards, in % (empty: not measured)"), "2", needed=False
        ),
    ]
    _ask_in_cell(screen, "grain_cleaning", questions)


def _ask_ventilation(screen: StationScreen) -> None:
    t = screen.t
    questions = [
        Question("hours", t.gettext("For how many hours?"), "12", most=10_000.0),
        Question(
            "celsius", t.gettext("Grain temperature afterwards, in °C (empty: not measured)"), "18.5",
            needed=False,
        ),
    ]  # fmt: skip
    _ask_in_cell(screen, "ventilation", questions)


def _ask_cell_cleaning(screen: StationScreen) -> None:
    _ask_in_cell(screen, "cell_cleaning", [])


def _ask_treatment(screen: StationScreen) -> None:
    def take(cell: str) -> None:
        _ask_dose(screen, lambda said: _confirm(screen, "treatment", cell, said))

    _ask_cell(screen, screen.t.gettext("Which cell?"), take)


def _ask_in_cell(screen: StationScreen, kind: str, questions: Sequence[Question]) -> None:
    def take(cell: str) -> None:
        _ask_all(screen, questions, {}, lambda said: _confirm(screen, kind, cell, said))

    _ask_cell(screen, screen.t.gettext("Which cell?"), take)


def _ask_cell(screen: StationScreen, title: str, then: Callable[[str], None]) -> None:
    options = [cell_option(screen, cell) for cell in screen.board.cells]
    screen.choose(title, options, lambda choice: then(choice.key), preselects=False)


# --- lines --------------------------------------------------------------------------------------------
def _ask_treated_line(screen: StationScreen) -> None:
    def take(line: str) -> None:
        def send(said: Answers) -> None:
            dose = schemas.DoseIn.model_validate(said)
            _ask_if_right(
                screen, _name_of_line(screen, line), _told_dose(screen, said),
                lambda _: screen.station.client.treat_line(line, dose),
            )  # fmt: skip

        _ask_dose(screen, send)

    _ask_line(screen, take)


def _ask_flush(screen: StationScreen) -> None:
    t = screen.t

    def take(line: str) -> None:
        def send(reason: str) -> None:
            _ask_if_right(
                screen, _name_of_line(screen, line), f"{t.gettext('flushed')} · {reason}",
                lambda _: screen.station.client.flush_line(line, reason),
            )  # fmt: skip

        screen.choose_reason(t.gettext("With what was it flushed?"), [t.gettext("feed grain")], send)

    _ask_line(screen, take)


def _ask_line(screen: StationScreen, then: Callable[[str], None]) -> None:
    lines = screen.board.site.called.get("line", {}) if screen.board.site else {}
    options = [Option(line, _name_of_line(screen, line)) for line in sorted(lines)]
    screen.choose(screen.t.gettext("Which line?"), options, lambda choice: then(choice.key), preselects=False)


def _name_of_line(screen: StationScreen, line: str) -> str:
    return vocabulary.site_name("line", line, screen.t.language)


# --- loads --------------------------------------------------------------------------------------------
def _ask_treated_load(screen: StationScreen) -> None:
    """Offer the loads that are here; what has its ticket lies in a cell."""
    t = screen.t
    options = {
        load.id: f"{visit.plate} · {load.position} · {vocabulary.species_name(load.species, t.language)}"
        for visit in screen.board.visits
        for load in visit.loads
        if load.state in _HERE
    }

    def take(choice: Choice) -> None:
        def send(said: Answers) -> None:
            dose = schemas.DoseIn.model_validate(said)
            _ask_if_right(
                screen, options[choice.key], _told_dose(screen, said),
                lambda _: screen.station.client.treat_load(choice.key, dose),
            )  # fmt: skip

        _ask_dose(screen, send)

    if not options:
        screen.station.say(t.gettext("No load is here."), is_problem=True)
        return
    screen.choose(t.gettext("Which load?"), [Option(*one) for one in options.items()], take, preselects=False)


# --- questions ----------------------------------------------------------------------------------------
def _ask_all(screen: StationScreen, questions: Sequence[Question], said: Answers, then: Then) -> None:
    """Ask one after the other; a number that may be read in two ways counts as it is read first."""
    if not questions:
        then(said)
        return
    asked, *rest = questions
    t = screen.t

    def numbers(text: str) -> tuple[float, ...]:
        found = masses_in(text) if asked.is_mass else numbers_in(text)
        return tuple(one for one in found if one >= 0 and (asked.is_mass or one <= asked.most))

    def check(text: str) -> str | None:
        if numbers(text) or (not asked.needed and not text.strip()):
            return None
        return t.gettext("Type a number like this: {example}").format(example=asked.hint)

    def take(text: str) -> None:
        found = numbers(text)
        _ask_all(screen, rest, {**said, asked.name: found[-1]} if found else said, then)

    screen.ask(asked.title, asked.hint, check, take)


def _ask_dose(screen: StationScreen, then: Then) -> None:
    """Ask for the product, of the site's list or another with its substance, and for the dose."""
    t = screen.t
    listed = screen.board.site.treatments if screen.board.site else []
    by_name = {one.name: one for one in listed}

    def take(choice: Choice) -> None:
        product = choice.key or choice.text.strip()
        if product in by_name:
            one = by_name[product]
            ask_amount({"product": product, "substance": one.substance, "treatment": one.kind})
        elif product:
            screen.ask(
                t.gettext("Its active substance"), "deltaméthrine", _check_text(t),
                lambda text: ask_kind({"product": product, "substance": text.strip()}),
            )  # fmt: skip

    def ask_kind(said: Answers) -> None:
        kinds = [
            Option(kind, vocabulary.word(vocabulary.TREATMENTS, kind, t.language))
            for kind in ("insecticide", "fumigation")
        ]
        screen.choose(
            t.gettext("What kind of treatment?"), kinds,
            lambda choice: ask_amount({**said, "treatment": choice.key}), preselects=False,
        )  # fmt: skip

    def ask_amount(said: Answers) -> None:
        screen.ask(
            t.gettext("Dose, as the label says it"), "20 ml/t", _check_dose(t),
            lambda text: then({**said, **dict(zip(("dose", "unit"), _dose_in(text) or (), strict=False))}),
        )  # fmt: skip

    options = [Option(one.name, f"{one.name} · {one.substance}") for one in listed]
    screen.choose(t.gettext("Which product?"), options, take, free=True, preselects=False)


def _dose_in(text: str) -> tuple[float, str] | None:
    """Read "20 ml/t"."""
    number, _, unit = text.strip().partition(" ")
    found = [one for one in numbers_in(number) if one > 0]
    return (found[-1], unit.strip()) if found and unit.strip() else None


def _check_dose(t: Translator) -> Callable[[str], str | None]:
    wrong = t.gettext("Type a number and its unit, as 20 ml/t.")
    return lambda text: None if _dose_in(text) else wrong


def _check_text(t: Translator) -> Callable[[str], str | None]:
    wrong = t.gettext("Type the substance that stands on the label.")
    return lambda text: None if text.strip() else wrong


# --- writing ------------------------------------------------------------------------------------------
def _confirm(screen: StationScreen, kind: str, cell: str, said: Answers) -> None:
    """Say what will be written of a cell, and write it."""
    t, board = screen.t, screen.board
    what = [vocabulary.word(vocabulary.MOVEMENT_KINDS, kind, t.language)]
    if kind == "treatment":
        what.append(_told_dose(screen, said))
    else:
        what += _told(screen, cell, said)

    def send(more: Answers) -> Awaitable[None]:
        return screen.station.client.move_grain(
            cell, _MOVEMENT.validate_python({"kind": kind, **said, **more})
        )

    _ask_if_right(screen, board.cell_name(cell), " · ".join(what), send, said.get("kg"))


def _told(screen: StationScreen, cell: str, said: Answers) -> list[str]:
    t = screen.t
    told = []
    if said.get("to_cell", cell) != cell:
        told.append("→ " + screen.board.cell_name(str(said["to_cell"])))
    if "kg" in said:
        told.append(t.kg(float(said["kg"])))
    if "moisture_from" in said:
        told.append(
            " → ".join(f"{t.plain(float(said[one]), 1)} %" for one in ("moisture_from", "moisture_to"))
        )
    if "measured_kg" in said:
        told.append(t.gettext("{kg} by the scale").format(kg=t.kg(float(said["measured_kg"]))))
    for name in ("impurities", "broken"):
        if name in said:
            told.append(f"{vocabulary.analyte_name(name, t.language)} {t.plain(float(said[name]), 2)} %")
    times: Answers = {name: said[name] for name in ("hours", "celsius") if name in said}
    return [*told, *([acted(times, t)] if times else [])]


def _told_dose(screen: StationScreen, said: Answers) -> str:
    return acted(said, screen.t)


def _ask_if_right(
    screen: StationScreen, where: str, what: str, send: Send, kg: float | str | None = None
) -> None:
    """Ask once, write; what the station asks about `kg` is asked, and why that is right."""
    t, station = screen.t, screen.station
    title = t.gettext("{where}: {what}").format(where=where, what=what)
    title += "\n" + t.gettext("Once written it stays. Write it?")
    written = t.gettext("Written: {where}, {what}.").format(where=where, what=what)

    def write(more: Answers) -> None:
        station.act(lambda: send(more), lambda _: station.say(written), on_refusal=asked)

    def ask_why() -> None:
        reasons = [t.gettext("weighed again"), t.gettext("what it held was an estimate")]
        screen.choose_reason(
            t.gettext("Why?"), reasons, lambda why: write({"reason": why, "despite_kg": kg or 0.0})
        )

    asked = ask_again(screen, ask_why)
    screen.choose(title, [Option("yes", t.gettext("yes, write it"))], lambda _: write({}), preselects=False)


_ASKS: dict[str, Callable[[StationScreen], None]] = {
    "drying": _ask_drying,
    "grain_cleaning": _ask_cleaning,
    "ventilation": _ask_ventilation,
    "treatment": _ask_treatment,
    "treated_line": _ask_treated_line,
    "treated_load": _ask_treated_load,
    "flush": _ask_flush,
    "cell_cleaning": _ask_cell_cleaning,
}
