"""A truck among people moves as the operator at the terminal lets it.

The same yard and script as on a day without people, but every step waits for what a person does:
the arrival entered, the weight confirmed, the load decided.
"""

import asyncio
from dataclasses import dataclass, field, replace

from station.api import schemas
from station.demo.book import Book, Condition
from station.demo.passage import ARRIVAL_S, SAMPLING_S, TIPPING_S, is_print
from station.demo.phone import SimulatedPhone
from station.demo.scripts import Happening, LoadScript, PhotoScript, Print, TruckScript
from station.demo.window import Window
from station.demo.yard import Yard
from ui.tui.client import StationClient

FOR_EVER_S = 7 * 86_400.0
ENDS = ("load_refused", "load_left", "ticket_issued")


@dataclass(frozen=True, slots=True)
class Street:
    """All visitors share this; one vehicle at a time on the bridge."""

    yard: Yard
    phone: SimulatedPhone
    client: StationClient
    book: Book
    window: Window
    bridge: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class Visitor:
    street: Street
    truck: TruckScript
    since: int = 0
    visit: schemas.Visit | None = None

    async def come(self) -> None:
        """Comes from the gate and stays until every load is decided or has ended."""
        await self.street.yard.pause(ARRIVAL_S)
        while not await self._enter():
            pass
        if self.truck.happening is Happening.CANCELLED:
            self.street.window.show_wrong_entry(self.truck)
            await self._until("the visit's end", self._visit_ended)
        elif await self._weigh(self.truck.kg_without(), {"first"}):
            await self._measure()
            await self._until("every load decided", lambda _: not self._is_undecided())
        self.street.window.clear_request()

    async def tip_and_leave(self) -> None:
        """Tips each decided load and is weighed after it, until the visit has ended."""
        tipped: set[int] = set()
        for position in range(len(self.truck.loads)):
            if self._has("decision_made", position) and not self._ended_load(position):
                self.street.window.show_tipping(self.truck)
                await self.street.yard.pause(TIPPING_S)
                tipped.add(position)
                await self._weigh(self.truck.kg_without(tipped), {"intermediate", "last"})
        await self._until("the visit's end", self._visit_ended)
        self.street.window.show_leaving(self.truck)

    # --- on its way -----------------------------------------------------------------------------------
    async def _enter(self) -> bool:
        """Waits at the gate for the arrival to be entered; False when it was cancelled before the bridge
        and is to be entered again."""
        self.street.window.show_arrival(self.truck)
        book = self.street.book
        self.since = book.seq
        entered = await self._until("an arrival", lambda event: event.kind == "arrival_entered")
        self.street.window.clear_arrival()
        assert entered.visit_id is not None
        self.visit = await self.street.client.visit(entered.visit_id)
        return self.truck.happening is Happening.CANCELLED or not self._has_ended()

    async def _weigh(self, kg: int, roles: set[str]) -> bool:
        """Stands on the bridge until its weight is taken into its visit; False when the visit ended first.
        A weight that was dismissed is taken again."""
        while not self._has_ended():
            async with self.street.bridge:
                self.street.window.show_on_bridge(self.truck)
                before = self.street.book.seq
                await self.street.yard.drive_on(kg)
                answer = await self._until(
                    "the weight's confirmation",
                    lambda event: (
                        self._visit_ended(event)
                        or event.kind == "weighing_dismissed"
                        or (self._is_mine(event, "weighing_confirmed") and event.data["role"] in roles)
                    ),
                    before,
                )
                await self.street.yard.drive_off()
            if answer.kind == "weighing_confirmed":
                return True
        return False

    async def _measure(self) -> None:
        self.street.window.show_measuring(self.truck)
        await self.street.yard.pause(SAMPLING_S)
        assert self.visit is not None
        self.visit = await self.street.client.visit(self.visit.id)
        for position, load in enumerate(self.truck.loads):
            entered = self.visit.loads[position].barcode if position < len(self.visit.loads) else None
            for result in load.prints:
                await self._print(result, load, entered or load.barcode)
            for photo in load.photos:
                await self._photograph(photo, entered or load.barcode)
        await self._tell()

    async def _print(self, result: Print, load: LoadScript, barcode: str) -> None:
        """Prints one result; waits for what somebody has to put right before it can be measured again."""
        if result.barcode == load.barcode:
            result = replace(result, barcode=barcode)
        before = self.street.book.seq
        await self.street.yard.print_result(result)
        if result.remedy == "dismiss" and result.barcode == barcode:
            wrong = await self._until(
                "the reading",
                lambda event: event.kind == "reading_received" and is_print(event, result),
                before,
            )
            await self._until(
                "the exception's end",
                lambda event: (
                    (
                        event.kind in ("exception_assigned", "exception_dismissed")
                        and event.subject_id == wrong.subject_id
                    )
                    or not self._is_undecided()
                ),
            )

    async def _photograph(self, photo: PhotoScript, barcode: str) -> None:
        await self.street.phone.take(photo, barcode)
        if photo.tray.blurred:
            await self._until(
                "the refusal of the photo",
                lambda event: (
                    (event.kind == "inspection_recorded" and event.subject_id == str(photo.id))
                    or not self._is_undecided()
                ),
            )

    async def _tell(self) -> None:
        """Tells what the operator cannot see on the screen."""
        window = self.street.window
        window.show_waiting(self.truck)
        if self.truck.happening is Happening.LEAVES:
            window.show_unhappy(self.truck)
        for load in self.truck.loads:
            for typed in load.typed:
                window.ask_for_value(load, typed)
        bag = self.truck.bag
        if bag is not None:
            window.show_bag(self.truck, bag)
            await self._until(
                "the bag's label",
                lambda event: (
                    (event.kind == "sample_entered" and event.data["barcode"] == bag.barcode)
                    or not self._is_undecided()
                ),
            )
            for result in bag.prints:
                await self.street.yard.print_result(result)

    # --- what is recorded of it -----------------------------------------------------------------------
    async def _until(self, what: str, wanted: Condition, after: int | None = None) -> schemas.Event:
        """Waits for a person, as long as it takes."""
        since = self.since if after is None else after
        return (await self.street.book.wait(what, wanted, after=since, timeout_s=FOR_EVER_S)).event

    def _is_mine(self, event: schemas.Event, kind: str) -> bool:
        return event.kind == kind and self.visit is not None and event.visit_id == self.visit.id

    def _visit_ended(self, event: schemas.Event) -> bool:
        return self._is_mine(event, "visit_ended")

    def _has_ended(self) -> bool:
        return self.street.book.first(self._visit_ended, self.since) is not None

    def _is_undecided(self) -> bool:
        """Is anybody still to say where one of its loads goes?"""
        positions = range(len(self.visit.loads) if self.visit else 0)
        return not self._has_ended() and not all(
            self._has("decision_made", position) or self._ended_load(position) for position in positions
        )

    def _ended_load(self, position: int) -> bool:
        return any(self._has(kind, position) for kind in ENDS)

    def _has(self, kind: str, position: int) -> bool:
        if self.visit is None or position >= len(self.visit.loads):
            return False
        load_id = self.visit.loads[position].id
        wanted: Condition = lambda event: event.kind == kind and event.load_id == load_id  # noqa: E731
        return self.street.book.first(wanted, self.since) is not None
