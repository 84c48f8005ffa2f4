"""Telling the station where a load goes, and showing the proposal that came in between."""

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import ValidationError

from station.api import schemas
from ui.words.problems import problem

if TYPE_CHECKING:
    from ui.tui.app import StationApp


class Decisions:
    def __init__(self, app: "StationApp") -> None:
        self._app = app

    def accept(self, load: schemas.Load) -> None:
        """Takes the proposal as it is."""
        proposal, t = load.proposal, self._app.t
        if load.decision is not None or proposal is None or proposal.cell is None or proposal.pit is None:
            self._app.say(t.gettext("There is nothing to accept for this load now."), is_problem=True)
            return
        self.decide(load, proposal.pit, proposal.cell, "")

    def decide(self, load: schemas.Load, pit: str, cell: str, reason: str) -> None:
        app = self._app
        if load.proposal is None:
            return
        body = schemas.DecisionIn(proposal_id=load.proposal.id, cell=cell, pit=pit, reason=reason)
        app.act(
            lambda: app.client.decide(load.id, body),
            lambda decision: self._decided(load, decision),
            handled=lambda refused: self._superseded(load, refused),
        )

    def _decided(self, load: schemas.Load, decision: schemas.Decision) -> None:
        app = self._app
        told = app.t.gettext("{plate}: PIT {pit}, cell {cell}. Weigh it empty afterwards.")
        pit, cell = app.board.pit_name(decision.pit), app.board.cell_name(decision.cell)
        app.say(told.format(plate=load.plate, pit=pit, cell=cell))
        app.show("queue")

    def _superseded(self, load: schemas.Load, refused: schemas.Problem) -> bool:
        """Shows the newer proposal, so that the next Enter answers that one."""
        app = self._app
        if refused.code != "proposal_superseded":
            return False
        newer = _proposal(refused.params.get("proposal"))
        if newer is not None:
            changed = load.model_copy(update={"proposal": newer})
            app.board = replace(app.board, loads={**app.board.loads, load.id: changed})
        app.feed.read_again({"visits"})
        app.say(". ".join(problem(refused.code, refused.params, app.t.language)), is_problem=True)
        return True


def _proposal(stored: object) -> schemas.Proposal | None:
    """None when the answer has none that can be read: then it is read again from the station."""
    try:
        return schemas.Proposal.model_validate(stored)
    except ValidationError:
        return None
