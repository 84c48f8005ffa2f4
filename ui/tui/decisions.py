"""Tell the station where a load goes, and show the proposal that came in between."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from pydantic import ValidationError

from station.api import schemas
from ui.tui.approving import GUARDED, ask_approval
from ui.tui.lines.texts import age
from ui.tui.notice import problem_text
from ui.tui.photo_question import ask_about_photo, open_question
from ui.tui.questions import MISSING, ask_missing
from ui.tui.screens.base import StationScreen
from ui.tui.station import Station


def may_accept(load: schemas.Load) -> bool:
    """Tell whether a proposal stands that Enter may take."""
    proposal = load.proposal
    return (
        load.state in ("weighed", "waiting", "proposed")
        and proposal is not None
        and None not in (proposal.cell, proposal.pit)
    )


def accept(screen: StationScreen, load: schemas.Load) -> None:
    """Take the proposal as it is."""
    station, proposal = screen.station, load.proposal
    if (question := open_question(load)) is not None:
        ask_about_photo(screen, load, question.code, question.message)
    elif not may_accept(load) or proposal is None or proposal.cell is None or proposal.pit is None:
        station.say(station.t.gettext("There is nothing to accept for this load now."), is_problem=True)
    else:
        decide(screen, load, proposal.pit, proposal.cell, "")


def decide(
    screen: StationScreen, load: schemas.Load, pit: str, cell: str, reason: str, approval: str | None = None
) -> None:
    """Take this pit and cell; `reason` says why when it is not the proposal. Where one operator alone may
    not, a second person is asked, and `approval` is what was given."""
    station, proposal = screen.station, load.proposal
    if proposal is None:
        return

    replaced = load.decision.id if load.decision else None
    body = schemas.DecisionIn(
        proposal_id=proposal.id, cell=cell, pit=pit, reason=reason, replaces=replaced, approval=approval
    )

    async def send() -> schemas.Decision:
        return await station.client.decide(load.id, body)

    def show(decision: schemas.Decision) -> None:
        text = station.t.gettext("{plate}: PIT {pit}, cell {cell}. Weigh it empty afterwards.")
        pit_name, cell_name = station.board.pit_name(decision.pit), station.board.cell_name(decision.cell)
        station.say(text.format(plate=load.plate, pit=pit_name, cell=cell_name))
        station.show("queue")

    def ask_why(refused: schemas.Problem) -> bool:
        if refused.code in GUARDED:
            ask_approval(
                screen, load, body, refused, lambda given: decide(screen, load, pit, cell, reason, given)
            )
            return True
        if refused.code == "question_unanswered":
            ask_about_photo(screen, load, str(refused.params.get("question")), refused.title)
            return True
        if refused.code == MISSING:
            ask_missing(screen, load.id, lambda: decide(screen, load, pit, cell, reason, approval))
            return True
        if refused.code != "retest_unexplained":
            return _show_refusal(station, load, refused)
        _explain_retest(screen, load, refused, lambda: decide(screen, load, pit, cell, reason, approval))
        return True

    station.act(send, show, on_refusal=ask_why)


def _explain_retest(
    screen: StationScreen, load: schemas.Load, refused: schemas.Problem, then: Callable[[], None]
) -> None:
    """Ask who wanted the sample measured again, and why; then go on with the decision."""
    t, client = screen.t, screen.station.client
    title = t.gettext("{problem}. Who wanted it, and why?").format(problem=refused.title)
    reasons = [
        t.gettext("supplier asked for it"), t.gettext("badly mixed sample"), t.gettext("our own doubt"),
    ]  # fmt: skip

    def send(why: str) -> None:
        screen.station.act(lambda: client.explain_retest(load.id, why), lambda _: then())

    screen.choose_reason(title, reasons, send)


def _show_refusal(station: Station, load: schemas.Load, refused: schemas.Problem) -> bool:
    """Show what came in between; False for a refusal of another kind."""
    if refused.code == "load_decided":
        return _show_decided(station, refused)
    return refused.code == "proposal_superseded" and _show_newer(station, load, refused)


def _show_decided(station: Station, refused: schemas.Problem) -> bool:
    """Say who decided, how long ago and where to, by the names on the signs, and what may be done."""
    board, t, params = station.board, station.t, refused.params
    text = t.gettext("Decided {age} ago by {by}: pit {pit}, cell {cell}. To change it: [F5], then [F6].")
    said = text.format(
        age=age(datetime.fromisoformat(str(params.get("decided_at"))), board.now, t),
        by=params.get("by"),
        pit=board.pit_name(params.get("pit")),
        cell=board.cell_name(params.get("cell")),
    )
    station.say(said, is_problem=True)
    return True


def _show_newer(station: Station, load: schemas.Load, refused: schemas.Problem) -> bool:
    """Show the newer proposal, so that the next Enter answers that one."""
    newer = _proposal(refused.params.get("proposal"))
    if newer is not None:
        changed = load.model_copy(update={"proposal": newer})
        station.board = replace(station.board, loads={**station.board.loads, load.id: changed})
    station.say(problem_text(refused, station.t), is_problem=True)
    return True


def _proposal(stored: object) -> schemas.Proposal | None:
    """Read the answer's proposal; None where it has none, which is then read from the station."""
    try:
        return schemas.Proposal.model_validate(stored)
    except ValidationError:
        return None
