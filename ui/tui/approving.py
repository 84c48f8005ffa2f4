"""Ask a second person to approve what one operator alone may not decide; nothing is decided meanwhile."""

from collections.abc import Callable, Sequence
from typing import Any

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.figure_dialogs import ApprovalDialog
from ui.tui.lines.queue import way
from ui.tui.notice import problem_text
from ui.tui.screens.base import StationScreen
from ui.words import vocabulary
from ui.words.i18n import Translator

GUARDED = frozenset({"never_blend_override", "claims_override", "unmeasured_override"})
_AGAIN = frozenset({"wrong_answer", "not_valid"})

Then = Callable[[str], None]  # takes the approval's id


def ask_approval(
    screen: StationScreen,
    load: schemas.Load,
    choice: schemas.DecisionIn,
    refused: schemas.Problem,
    then: Then,
) -> None:
    """Ask who approves; where nobody can from here, say for whom the load waits."""
    t, params = screen.t, refused.params
    options = _options(params, t)
    if not options:
        text = t.gettext("{plate} waits for a manager's word: {who}.")
        said = text.format(plate=load.plate, who=params.get("who") or "?")
        screen.station.say(f"{problem_text(refused, t)} {said}", is_problem=True)
        return
    title = t.gettext("{problem}. Who approves it?").format(problem=refused.title)

    def ask(chosen: Choice) -> None:
        kind, _, approver = chosen.key.partition("\n")
        body = schemas.ApprovalIn(
            proposal_id=choice.proposal_id, cell=choice.cell, pit=choice.pit, reason=choice.reason,
            approver=approver, standing=kind == "all",
        )  # fmt: skip
        client = screen.station.client
        screen.station.act(
            lambda: client.ask_approval(load.id, body), lambda row: _read_out(screen, load, row, "", then)
        )

    screen.choose(title, options, ask, preselects=False)


def _options(params: dict[str, Any], t: Translator) -> list[Option]:
    """List who is on the telephone for this load; for a missing value, for every load of the species too."""
    persons: Sequence[dict[str, str]] = params.get("approvers", ())
    text = t.gettext("{name}, by telephone: this load")
    options = [Option(f"one\n{one['id']}", text.format(name=one["name"])) for one in persons]
    if params.get("rules") == ["measurement"] and params.get("lacking"):
        text = t.gettext("{name}, by telephone: all {species} without {lacking}, until measured again")
        lacking = ", ".join(vocabulary.analyte_name(one, t.language) for one in params["lacking"])
        species = vocabulary.species_name(params["species"], t.language)
        options += [
            Option(f"all\n{one['id']}", text.format(name=one["name"], species=species, lacking=lacking))
            for one in persons
        ]
    return options


def _read_out(
    screen: StationScreen, load: schemas.Load, row: schemas.Approval, wrong: str, then: Then
) -> None:
    """Show the figures, and send the answer; after a wrong one show them again."""
    station, t = screen.station, screen.t

    def send(answer: str | None) -> None:
        if answer is not None:
            station.act(lambda: station.client.answer_approval(row.id, answer), go_on, on_refusal=again)

    def go_on(given: schemas.Approval) -> None:
        if given.standing:
            text = t.gettext("{name} has approved it for every such load: read the new proposal.")
            station.say(text.format(name=given.approver))
        else:
            then(given.id)

    def again(refused: schemas.Problem) -> bool:
        if refused.code not in _AGAIN or refused.params.get("left") == 0:
            return False
        _read_out(screen, load, row, problem_text(refused, t), then)
        return True

    title = t.gettext("{name} approves, until {time}").format(
        name=row.approver, time=t.time(row.until, station.zone)
    )
    screen.app.push_screen(ApprovalDialog(title, _said(screen, load, row), row.challenge, wrong, t), send)


def _said(screen: StationScreen, load: schemas.Load, row: schemas.Approval) -> list[str]:
    """Write what the operator reads aloud: the figures bind it, but do not tell it."""
    t = screen.t
    rules = ", ".join(vocabulary.word(vocabulary.GUARDED, rule, t.language) for rule in row.rules)
    lacking = ", ".join(vocabulary.analyte_name(one, t.language) for one in row.lacking)
    species = vocabulary.species_name(load.species, t.language)
    why = t.named(rules, lacking) if lacking else rules
    if row.standing:
        told = t.gettext("every load of {species}, until it is measured again")
        return [t.gettext("Say:"), told.format(species=species), why, t.gettext("then read:")]
    what = [f"{load.plate} · {load.supplier} · {species}", way(row.pit, row.cell, screen.board, t), why]
    return [t.gettext("Say:"), *what, t.gettext("then read:")]
