"""Play one truck's visit by the script: what the yard does and what the operator does about it.

Every step waits until the station has recorded what the step before caused, so the order of what is
recorded is the script's, however fast or slow anything runs.
"""

from dataclasses import dataclass, field

from station.api import schemas
from station.demo.book import Book, EventMissing
from station.demo.operator import Operator
from station.demo.phone import SimulatedPhone
from station.demo.scripts import Happening, LoadScript, PhotoScript, Print, TruckScript
from station.demo.timing import Timing
from station.demo.yard import Yard

# Pauses of the site's clock, seconds.
ARRIVAL_S = 15.0
SAMPLING_S = 30.0
TIPPING_S = 40.0
SILENCE_S = 8.0
# How long a weight may take to be recorded: seconds of the site's clock, beside the real ones of the book.
WEIGHING_S = 120.0
INSPECTION_S = 45.0  # real seconds: the light box gives up on a photo sooner
REMEASURED = "Mauvais étalonnage sélectionné"
NOBODYS = "Échantillon d'un voisin, hors apport"


@dataclass(frozen=True, slots=True)
class DayContext:
    """All visits of a day share this. Without `sees_photos` the station runs without its light box."""

    yard: Yard
    phone: SimulatedPhone
    operator: Operator
    book: Book
    timing: Timing
    speed: float
    sees_photos: bool

    def weighing_timeout_s(self) -> float:
        return 30.0 + WEIGHING_S / self.speed


@dataclass(slots=True)
class Passage:
    """A visit in progress: `visit` is set by `arrive`, `since` is the last event before it, and
    `decided_positions` are the positions of the loads that were told where to tip."""

    context: DayContext
    truck: TruckScript
    visit: schemas.Visit | None = None
    since: int = 0
    decided_positions: list[int] = field(default_factory=list)

    @property
    def visit_id(self) -> str:
        assert self.visit is not None
        return self.visit.id

    def load_id(self, position: int) -> str:
        assert self.visit is not None
        return self.visit.loads[position].id

    async def arrive(self) -> None:
        await self.context.yard.pause(ARRIVAL_S)
        self.since = self.context.book.seq
        self.visit = await self.context.operator.enter(self.truck)
        if self.truck.happening is Happening.CANCELLED:
            await self.context.operator.cancel(self.visit.id)

    async def weigh_full(self) -> None:
        if self.truck.happening is Happening.CANCELLED:
            return
        if self.truck.happening is Happening.NIR_SILENT:
            await self.context.yard.silence_bridge(SILENCE_S)
        await self._weigh(self.truck.kg_without(), "first")

    async def measure(self) -> None:
        """The analyzers print, the phone uploads, and a person types what no instrument says."""
        if self.truck.happening is Happening.CANCELLED:
            return
        await self.context.yard.pause(SAMPLING_S)
        for position, load in enumerate(self.truck.loads):
            for result in load.prints:
                await self._measure_print(result, load, self.load_id(position))
            for photo in load.photos:
                await self._photograph(photo)
            await self._type_values(position, load)
        await self._bag()

    async def decide(self) -> None:
        """Decides once all that the script announces is recorded."""
        if self.truck.happening is Happening.CANCELLED:
            return
        for position, load in enumerate(self.truck.loads):
            for photo in load.photos:
                await self._await_inspection(photo)
            await self._decide(position)

    async def weigh_empty(self) -> None:
        """Tips what was decided, one load after the other, and is weighed after each."""
        tipped: set[int] = set()
        for position in self.decided_positions:
            await self.context.yard.pause(TIPPING_S)
            tipped.add(position)
            role: schemas.WeighingRole = "last" if position == self.decided_positions[-1] else "intermediate"
            await self._weigh(self.truck.kg_without(tipped), role, [self.load_id(position)])

    async def _weigh(
        self, kg: int, role: schemas.WeighingRole, load_ids: list[str] | None = None
    ) -> schemas.WeighingConfirmed:
        """Stands on the bridge until the weight is recorded and taken into the visit."""
        before = self.context.book.seq
        await self.context.yard.drive_on(kg)
        taken = await self.context.book.wait(
            f"the weight {kg} kg of {self.truck.plate}",
            lambda event: event.kind == "weighing_taken" and event.data["kg"] == kg,
            after=before,
            timeout_s=self.context.weighing_timeout_s(),
        )
        assert taken.event.subject_id is not None
        done = await self.context.operator.confirm(
            taken.event.subject_id, self.visit_id, role, load_ids or []
        )
        await self.context.yard.drive_off()
        return done

    async def _measure_print(self, result: Print, load: LoadScript, load_id: str | None) -> None:
        """Follows one print to its sample, or to the person who puts it right."""
        before = self.context.book.seq
        left = await self.context.yard.print_result(result)
        received = await self.context.book.wait(
            f"the {result.device} result of {self.truck.plate}",
            lambda event: event.kind == "reading_received" and is_print(event, result),
            after=before,
        )
        reading_id = received.event.subject_id
        assert reading_id is not None
        paired = await self.context.book.wait(
            f"the pairing of reading {reading_id}",
            lambda event: event.kind == "reading_paired" and event.subject_id == reading_id,
            after=before,
        )
        if paired.event.data["state"] == "unpaired":
            await self._put_right(result, load, reading_id)
        elif load_id is not None:
            await self.context.timing.note_proposal(load_id, left, received)

    async def _put_right(self, result: Print, load: LoadScript, reading_id: str) -> None:
        """Puts the reading right by the script; what was not announced is assigned to the load that stands
        there."""
        if result.remedy == "dismiss":
            why = REMEASURED if result.barcode == load.barcode else NOBODYS
            await self.context.operator.dismiss(reading_id, why)
        else:
            await self.context.operator.assign(reading_id, load.barcode)

    async def _photograph(self, photo: PhotoScript) -> None:
        """A person who sees that a photo is refused takes the next one."""
        sent = await self.context.phone.take(photo)
        self.context.timing.note_upload(sent)
        if photo.tray.blurred:
            await self._await_inspection(photo)

    async def _await_inspection(self, photo: PhotoScript) -> None:
        """Waits for what the light box says. Where it says nothing the truck goes on."""
        if not self.context.sees_photos:
            return
        try:
            inspected = await self.context.book.wait(
                f"the inspection of capture {photo.id}",
                lambda event: event.kind == "inspection_recorded" and event.subject_id == str(photo.id),
                after=self.since,
                timeout_s=INSPECTION_S,
            )
        except EventMissing:
            return
        self.context.timing.note_inspection(photo.id, inspected)

    async def _type_values(self, position: int, load: LoadScript) -> None:
        for typed in load.typed:
            left = self.context.timing.now()
            reading = await self.context.operator.type_value(load.barcode, typed)
            received = await self.context.book.wait(
                f"the typed {typed.analyte} of {self.truck.plate}",
                lambda event, wanted=reading.id: event.subject_id == wanted,  # type: ignore[misc]
                after=self.since,
            )
            await self.context.timing.note_proposal(self.load_id(position), left, received)

    async def _bag(self) -> None:
        if self.truck.bag is not None:
            await self.context.operator.enter_bag(self.truck.bag)
            for result in self.truck.bag.prints:
                await self._measure_print(result, self.truck.loads[0], None)

    async def _decide(self, position: int) -> None:
        operator, load_id = self.context.operator, self.load_id(position)
        if self.truck.happening is Happening.REFUSED:
            await operator.refuse(load_id)
        elif self.truck.happening is Happening.LEAVES:
            await operator.leave(load_id)
        else:
            override = self.truck.happening is Happening.OVERRIDE
            if await operator.decide(load_id, override=override):
                self.decided_positions.append(position)


def is_print(event: schemas.Event, result: Print) -> bool:
    """Is this the record of that print?"""
    values = {name: value["value"] for name, value in event.data["values"].items()}
    sent = {analyte.value: value for analyte, value in result.values.items()}
    return event.data.get("instrument") == result.device and values == sent
