"""The automatic operator: the same acts as a person at the terminal, over the same HTTP API.

It acts on what the station has recorded and told on its event stream, never on elapsed time.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from station.api import schemas
from station.demo.book import Book, RecordedEvent
from station.demo.scripts import BagScript, LoadScript, TruckScript, TypedValue
from station.demo.setup import PERSON, PIN
from ui.tui.client import StationClient, StationProblem

DECISION_TRIES = 20
SUPERSEDED = "proposal_superseded"
ASKED_ABOUT = ("measured_with_fault", "unprotected_line")

Answer = TypeVar("Answer")


class Operator:
    """One signed-in person at one terminal."""

    def __init__(self, client: StationClient, book: Book) -> None:
        self._client = client
        self._book = book
        self.site: schemas.Site

    async def sign_in(self) -> None:
        await self._client.sign_in(PERSON, PIN)
        self.site = await self._client.site()

    async def enter(self, truck: TruckScript) -> schemas.Visit:
        """Enters the arrival with the scanned barcodes; the vehicle's supplier is proposed if it is known."""
        known = [v for v in await self._client.vehicles(truck.plate) if v.plate == truck.plate]
        supplier = known[0].supplier if known and known[0].supplier else truck.supplier
        return await self._client.enter_arrival(
            schemas.ArrivalIn(
                plate=truck.plate,
                supplier=supplier,
                loads=[_load_input(x) for x in truck.loads],
                new_supplier=True,
                comes_again=True,  # each truck of the scenario is one more visit
            )
        )

    async def enter_bag(self, bag: BagScript) -> None:
        await self._client.enter_sample(
            schemas.SampleIn(barcode=bag.barcode, kind="courtesy", species=bag.species)
        )

    async def cancel(self, visit_id: str) -> None:
        await self._client.cancel_visit(visit_id, "Saisi par erreur")

    async def confirm(
        self, weighing_id: str, visit_id: str, role: schemas.WeighingRole, load_ids: Sequence[str] = ()
    ) -> schemas.WeighingConfirmed:
        """Takes an offered weight into a visit."""
        body = schemas.ConfirmWeighingIn(visit_id=visit_id, role=role, load_ids=list(load_ids))
        return await _look_and_retry(
            lambda twice: self._client.confirm_weighing(
                weighing_id, body.model_copy(update={"despite_remarks": twice})
            )
        )

    async def type_value(self, barcode: str, typed: TypedValue) -> schemas.Reading:
        basis = typed.basis.value if typed.basis else None
        value = schemas.TypedValueIn.model_validate({"value": typed.value, "basis": basis})
        return await self._client.type_reading(
            schemas.TypedReadingIn(barcode=barcode, values={typed.analyte.value: value})
        )

    async def assign(self, item_id: str, barcode: str) -> RecordedEvent:
        """To the sample that lies there, whatever barcode was typed at the instrument."""
        why = "Code-barres mal saisi à l'appareil"
        await _look_and_retry(
            lambda twice: self._client.assign(item_id, barcode, reason=why, despite_remarks=twice)
        )
        return await self._await_item("exception_assigned", item_id)

    async def dismiss(self, item_id: str, reason: str) -> RecordedEvent:
        await self._client.dismiss_exception(item_id, reason)
        return await self._await_item("exception_dismissed", item_id)

    async def decide(self, load_id: str, *, override: bool) -> bool:
        """Takes the proposal, or the best ranked other cell with a reason of the site's list. False when
        nothing is proposed: the silo has no place for the load and refuses it."""
        for _ in range(DECISION_TRIES):
            proposal = (await self._client.load(load_id)).proposal
            if proposal is None or not proposal.ranked:
                await self.refuse(load_id, "Aucune cellule ne convient")
                return False
            if await self._try_decision(load_id, _choice(proposal, self.site, override=override)):
                await self._await_load("decision_made", load_id)
                return True
        raise RuntimeError(f"load {load_id}: the proposal changed {DECISION_TRIES} times")

    async def refuse(self, load_id: str, reason: str | None = None) -> None:
        """Refuses the load for the first reason of the site's list unless another is given."""
        await self._client.refuse(load_id, reason or self.site.refusal_reasons[0])
        await self._await_load("load_refused", load_id)

    async def leave(self, load_id: str) -> None:
        await self._client.leave(load_id, "L'apporteur conteste le taux de protéines")
        await self._await_load("load_left", load_id)

    async def _try_decision(self, load_id: str, choice: schemas.DecisionIn) -> bool:
        """Returns False when another proposal came in between: the new one is to be read."""
        try:
            await self._client.decide(load_id, choice)
        except StationProblem as no:
            if no.problem.code == SUPERSEDED:
                return False
            raise
        return True

    async def _await_item(self, kind: str, item_id: str) -> RecordedEvent:
        return await self._book.wait(
            f"{kind} {item_id}", lambda event: event.kind == kind and event.subject_id == item_id
        )

    async def _await_load(self, kind: str, load_id: str) -> RecordedEvent:
        return await self._book.wait(
            f"{kind} {load_id}", lambda event: event.kind == kind and event.load_id == load_id
        )


async def _look_and_retry(act: Callable[[bool], Awaitable[Answer]]) -> Answer:
    """Tries again where the line failed meanwhile: the operator looks at the instrument, which shows what it
    sent."""
    try:
        return await act(False)
    except StationProblem as no:
        if no.problem.code not in ASKED_ABOUT:
            raise
    return await act(True)


def _load_input(load: LoadScript) -> schemas.LoadIn:
    return schemas.LoadIn(
        species=load.species,
        declared_variety=load.variety,
        claims=list(load.claims),
        barcode=load.barcode,
    )


def _choice(proposal: schemas.Proposal, site: schemas.Site, *, override: bool) -> schemas.DecisionIn:
    first = proposal.ranked[0]
    others = [ranked for ranked in proposal.ranked if ranked.cell != first.cell]
    taken = others[0] if override and others else first
    reason = site.override_reasons[0] if taken is not first else ""
    return schemas.DecisionIn(proposal_id=proposal.id, cell=taken.cell, pit=taken.pit, reason=reason)
