"""A person enters a movement of a cell: what it is, the cells, how much, why; one question before it is
written. What somebody may not do is not offered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from station.api import schemas
from ui.tui.asked_again import ask_again
from ui.tui.dialogs import Choice, Option
from ui.tui.lines.movements import where
from ui.tui.screens.base import StationScreen
from ui.tui.screens.cell_acts import act_options, ask_act, cell_option, is_act
from ui.words.numbers import masses_in

MOST_KG = 100_000_000
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class MovementDraft:
    """A draft holds what has been answered so far."""

    kind: str
    cell: str = ""
    to_cell: str | None = None
    kg: float = 0.0
    reason: str = ""
    paper_number: str = ""


def ask_movement(screen: StationScreen) -> None:
    """Ask what happened; a count corrects the balance for managers only."""
    t = screen.t
    if not screen.may_receive:
        screen.station.say(t.gettext("Movements are entered by operators and managers."), is_problem=True)
        return
    options = [
        Option("out", t.gettext("grain left the site")),
        Option("transfer", t.gettext("grain went to another cell")),
    ]
    if screen.is_manager:
        options.append(Option("correction", t.gettext("what lies in the cell was counted")))
    options += act_options(t)

    def take(choice: Choice) -> None:
        if is_act(choice.key):
            ask_act(screen, choice.key)
        else:
            _ask_cell(screen, MovementDraft(choice.key))

    screen.choose(t.gettext("What happened?"), options, take, preselects=False)


def _ask_cell(screen: StationScreen, draft: MovementDraft) -> None:
    def take(choice: Choice) -> None:
        chosen = replace(draft, cell=choice.key)
        if draft.kind == "transfer":
            _ask_other_cell(screen, chosen)
        else:
            _ask_quantity(screen, chosen)

    title = screen.t.gettext("Which cell?")
    if draft.kind == "transfer":
        title = screen.t.gettext("Out of which cell?")
    options = [cell_option(screen, cell) for cell in screen.board.cells]
    screen.choose(title, options, take, preselects=False)


def _ask_other_cell(screen: StationScreen, draft: MovementDraft) -> None:
    """Offer the cells where the grain may go; all of them to a manager."""
    t, cells = screen.t, screen.board.cells
    source = next((cell for cell in cells if cell.id == draft.cell), None)
    allowed = set(source.blends_into) if source else set()
    options = [
        cell_option(screen, cell)
        for cell in cells
        if cell.id != draft.cell and (cell.id in allowed or screen.is_manager)
    ]
    if not options:
        text = t.gettext("Its grain may go into no other cell without a manager.")
        screen.station.say(text, is_problem=True)
        return
    title = t.gettext("Into which cell?")
    screen.choose(
        title,
        options,
        lambda choice: _ask_quantity(screen, replace(draft, to_cell=choice.key)),
        preselects=False,
    )


def _ask_quantity(screen: StationScreen, draft: MovementDraft) -> None:
    t = screen.t
    least = 0 if draft.kind == "correction" else 1e-9

    def meant(text: str) -> dict[str, float]:
        kept = [kg for kg in masses_in(text) if least <= kg <= MOST_KG]
        return {_both_units(kg, screen): kg for kg in kept}

    def check(text: str) -> str | None:
        return None if meant(text) else t.gettext("Type a number with its unit: 26.4 t or 26,400 kg.")

    def read(text: str) -> None:
        found = meant(text)
        if len(found) == 1:
            _ask_reason(screen, replace(draft, kg=next(iter(found.values()))))
            return
        title = t.gettext("{text}: which number is meant?").format(text=text)
        options = [Option(written, written) for written in found]
        screen.choose(
            title,
            options,
            lambda choice: _ask_reason(screen, replace(draft, kg=found[choice.key])),
            preselects=False,
        )

    title = t.gettext("How much?")
    if draft.kind == "correction":
        title = t.gettext("How much was counted in the cell?")
    screen.ask(title, t.gettext("26.4 t or 26,400 kg"), check, read)


def _both_units(kg: float, screen: StationScreen) -> str:
    """Write a quantity so that a slip of a thousand is seen: "26,4 t (26 400 kg)"."""
    t = screen.t
    return f"{t.plain(kg / 1000)}\N{NO-BREAK SPACE}t ({t.kg(kg)})"


def _ask_reason(screen: StationScreen, draft: MovementDraft) -> None:
    t = screen.t
    reasons: Mapping[str, list[str]] = {
        "out": [t.gettext("sale"), t.gettext("to another silo"), t.gettext("waste")],
        "transfer": [
            t.gettext("room for the harvest"),
            t.gettext("turned to cool it"),
            t.gettext("blending"),
        ],
        "correction": [t.gettext("inventory"), t.gettext("cell emptied")],
    }

    def take(reason: str) -> None:
        _ask_paper(screen, replace(draft, reason=reason))

    screen.choose_reason(t.gettext("Why?"), reasons[draft.kind], take)


def _ask_paper(screen: StationScreen, draft: MovementDraft) -> None:
    t = screen.t

    def check(text: str) -> str | None:
        return None if len(text) <= _LONGEST else t.gettext("This is too long.")

    def take(text: str) -> None:
        _ask_if_right(screen, replace(draft, paper_number=text))

    screen.ask(t.gettext("Number of the paper (empty: none)"), "", check, take)


def _ask_if_right(screen: StationScreen, draft: MovementDraft) -> None:
    """Say all that will be written, and ask."""
    t, board = screen.t, screen.board
    quantity = _both_units(draft.kg, screen)
    texts = {
        "out": t.gettext("Cell {cell}: {quantity} left the site."),
        "transfer": t.gettext("Cells {cell}: {quantity} transferred."),
        "correction": t.gettext("Cell {cell}: {quantity} counted."),
    }
    asked = [texts[draft.kind].format(cell=where(draft.cell, draft.to_cell, board), quantity=quantity)]
    source = next((cell for cell in board.cells if cell.id == draft.cell), None)
    if draft.kind == "correction" and source is not None:
        text = t.gettext("So far {known} are known there.")
        asked.append(text.format(known=t.tonnes(source.content_t, 3)))
    asked.append(t.gettext("Reason: {reason}").format(reason=draft.reason))
    if draft.paper_number:
        asked.append(t.gettext("paper no. {number}").format(number=draft.paper_number))
    asked.append(t.gettext("Once written it stays: only another movement puts it right. Write it?"))
    _confirm(screen, "\n".join(asked), t.gettext("yes, write it"), lambda: _send(screen, draft))


def _confirm(screen: StationScreen, title: str, yes: str, then: Callable[[], None]) -> None:
    screen.choose(title, [Option("yes", yes)], lambda _: then(), preselects=False)


def _send(screen: StationScreen, draft: MovementDraft, *, despite_kg: float | None = None) -> None:
    """Send the movement; what the station asks about it is asked, and sent once more with the answer."""
    station, t = screen.station, screen.t

    def show(_: object) -> None:
        text = t.gettext("Written: cell {cell}, {quantity}.")
        cell = where(draft.cell, draft.to_cell, screen.board)
        station.say(text.format(cell=cell, quantity=_both_units(draft.kg, screen)))

    station.act(
        lambda: station.client.move_grain(draft.cell, _request(draft, despite_kg)),
        show,
        on_refusal=ask_again(screen, lambda: _send(screen, draft, despite_kg=draft.kg)),
    )


def _request(draft: MovementDraft, despite_kg: float | None) -> schemas.MovementIn:
    said = {
        "kg": draft.kg, "reason": draft.reason, "paper_number": draft.paper_number, "despite_kg": despite_kg,
    }  # fmt: skip
    if draft.kind == "correction":
        return schemas.CorrectionIn.model_validate({"kind": "correction", **said})
    if draft.kind == "transfer":
        asked = {"kind": "transfer", "to_cell": draft.to_cell}
        return schemas.TransferIn.model_validate({**asked, **said})
    return schemas.MoveOutIn.model_validate({"kind": "out", **said})
