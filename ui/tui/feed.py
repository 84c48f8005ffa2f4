"""The feed keeps the board true: it follows the event stream and reads again what an event touched.

Events say that something changed, never what the screen shows: the board is always what the station answers
now. Several events in a row cause one reading.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from station.api import schemas
from ui.tui.board import Board
from ui.tui.client import StationClient, StationProblem, StationUnreachable
from ui.tui.messages import BoardChanged, ConnectionLost, ConnectionMade, LiveHeard, Post
from ui.tui.stream import Connected, Lost, follow
from ui.words.i18n import LANGUAGES, use_zone
from ui.words.vocabulary import add_names, use_names

EVERYTHING = frozenset(
    {
        "site", "health", "visits", "offers", "exceptions", "devices", "cells", "tickets", "ended",
        "movements", "retained", "outbound", "morning", "closing",
    }
)  # fmt: skip
# Long lists, read only while looked at.
ON_SCREEN = frozenset({"ended", "movements", "retained", "morning", "closing"})
_ALWAYS = frozenset({"visits", "offers", "exceptions"})
_ALSO: Mapping[str, frozenset[str]] = {
    "site_loaded": frozenset({"site", "cells", "devices"}),
    "instrument_swapped": frozenset({"devices", "health"}),
    "instrument_settled": frozenset({"devices", "health"}),
    "instrument_described": frozenset({"devices", "health"}),
    "bridge_not_at_zero": frozenset({"devices", "health"}),
    "bridge_at_zero": frozenset({"devices", "health"}),
    "bridge_settled": frozenset({"devices", "health"}),
    "rule_pack_installed": frozenset({"health", "site"}),
    "hold_opened": frozenset({"cells", "health"}),
    "hold_changed": frozenset({"cells", "health"}),
    "hold_ended": frozenset({"cells", "health"}),
    "clock_doubted": frozenset({"health"}),
    "clock_stated": frozenset({"health"}),
    "clock_confirmed": frozenset({"health"}),
    "clock_repaired": frozenset({"health"}),
    "decision_made": frozenset({"cells"}),
    "decision_withdrawn": frozenset({"cells"}),
    "day_opened": frozenset({"morning"}),
    "day_closed": frozenset({"morning", "closing"}),
    "ticket_issued": frozenset({"cells", "tickets", "ended", "closing"}),
    "ticket_corrected": frozenset({"cells", "tickets", "ended", "closing"}),
    "ticket_numbered": frozenset({"tickets", "closing"}),
    "grain_moved_out": frozenset({"cells", "movements"}),
    "grain_transferred": frozenset({"cells", "movements"}),
    "inventory_corrected": frozenset({"cells", "movements"}),
    "grain_cleaned": frozenset({"cells", "movements"}),
    "grain_dried": frozenset({"cells", "movements"}),
    "cell_ventilated": frozenset({"cells", "movements"}),
    "cell_cleaned": frozenset({"cells", "movements"}),
    "treatment_recorded": frozenset({"cells", "movements"}),
    "grain_returned": frozenset({"cells", "movements"}),
    "shipment_received": frozenset({"cells", "ended"}),
    "load_refused": frozenset({"cells", "ended", "closing"}),
    "load_left": frozenset({"cells", "ended", "closing"}),
    "visit_cancelled": frozenset({"cells", "ended", "closing"}),
    "load_restored": frozenset({"cells", "ended", "closing"}),
    "visit_restored": frozenset({"cells", "ended", "closing"}),
    "outbound_delivered": frozenset({"outbound", "cells", "movements"}),
    **dict.fromkeys(
        (
            "outbound_entered",
            "transport_checked",
            "outbound_weighed_empty",
            "outbound_loaded",
            "outbound_refused",
            "outbound_left",
            "outbound_cancelled",
        ),
        frozenset({"outbound"}),
    ),
    **dict.fromkeys(
        (
            "sample_retained",
            "retained_moved",
            "retained_handed_over",
            "retained_received",
            "retained_returned",
            "retained_blocked",
            "retained_released",
            "retained_destroyed",
            "samples_chosen",
            "dispute_opened",
            "dispute_closed",
        ),
        frozenset({"retained"}),
    ),
}
_GATHER_S = 0.03
_HEALTH_EVERY_S = 30.0
_AGAIN_S = 2.0


class Feed:
    """`post` takes messages to the application. `watch` names a load that is kept in full."""

    def __init__(self, client: StationClient, post: Post) -> None:
        self._client = client
        self._post = post
        self._board = Board()
        self._stale: set[str] = set()
        self._wake = asyncio.Event()
        self._watched: str | None = None
        self._looked_at: str = ""

    def watch(self, load_id: str | None) -> None:
        self._watched = load_id
        self.read_again({"visits"})

    def look_at(self, screen: str) -> None:
        """Keep the list of this screen true from now on, and no other long one."""
        if screen != self._looked_at:
            self._looked_at = screen
            self.read_again(ON_SCREEN & {screen})

    def read_again(self, parts: Iterable[str] = EVERYTHING) -> None:
        """Ask for these parts to be read soon."""
        self._stale |= set(parts)
        self._stale -= ON_SCREEN - {self._looked_at}
        self._wake.set()

    async def listen(self) -> None:
        """Follow the stream, for ever."""
        async for heard in follow(self._client):
            if isinstance(heard, Connected):
                self._post(ConnectionMade(heard.health))
                self.read_again()
            elif isinstance(heard, Lost):
                self._post(ConnectionLost(heard.problem))
            elif isinstance(heard, schemas.Live):
                self._post(LiveHeard(heard))
            elif isinstance(heard, schemas.Reload):
                self.read_again()
            elif isinstance(heard, schemas.Proposals):
                self.read_again({"visits"})
            else:
                self.read_again(_ALWAYS | _ALSO.get(heard.kind, frozenset()))

    async def read(self) -> None:
        """Read what is stale, for ever. What could not be read stays stale and is tried again."""
        while True:
            try:
                await asyncio.wait_for(self._wake.wait(), _AGAIN_S if self._stale else _HEALTH_EVERY_S)
            except TimeoutError:
                self._stale |= {"health"} | (ON_SCREEN & {self._looked_at})
            await asyncio.sleep(_GATHER_S)
            self._wake.clear()
            parts, self._stale = self._stale, set()
            try:
                self._board = await self._read(parts)
            except (StationProblem, StationUnreachable):
                self._stale |= parts
            else:
                self._post(BoardChanged(self._board))

    async def _read(self, parts: set[str]) -> Board:
        readers: dict[str, Callable[[], Awaitable[Any]]] = {
            "site": self._client.site,
            "health": self._client.health,
            "visits": self._client.open_visits,
            "offers": self._client.offered_weighings,
            "exceptions": self._client.exceptions,
            "devices": self._client.devices,
            "cells": self._client.cells,
            "tickets": self._client.tickets,
            "ended": self._ended_today,
            "movements": self._client.movements,
            "retained": self._retained,
            "outbound": self._client.outbound,
            "morning": self._client.day_list,
            "closing": self._client.day_sheet,
        }
        news: dict[str, Any] = {}
        for part in sorted(parts):
            value = await readers[part]()
            news[part] = tuple(value) if isinstance(value, list) else value
        if "ended" in parts:
            news["photos"] = await self._client.photo_day()
        board = replace(self._board, **news)
        if board.site is not None and "site" in news:
            use_zone(board.site.timezone)
            add_names(board.site.names)
            for kind, names in board.site.called.items():
                use_names(kind, names)
        if "devices" in news:
            use_names("instrument", {one.id: dict.fromkeys(LANGUAGES, one.name) for one in board.devices})
        if board.health is not None and "health" in news:
            board = replace(board, now=board.health.now)
        return replace(board, loads=await self._loads(board)) if "visits" in parts else board

    async def _retained(self) -> dict[str, tuple[schemas.Retained, ...]]:
        """Read what lies on the shelf, what of it is to be destroyed, and what others have."""
        return {state: tuple(await self._client.retained(state)) for state in ("kept", "due", "out")}

    async def _ended_today(self) -> list[schemas.EndedLoad]:
        """Read what ended since midnight, by the station's clock and zone."""
        now = self._board.now or (await self._client.health()).now
        midnight = datetime.combine(now.astimezone().date(), time.min)
        return await self._client.ended_loads(midnight.astimezone())

    async def _loads(self, board: Board) -> dict[str, schemas.Load]:
        wanted = {row.id for visit in board.visits for row in visit.loads if row.state == "proposed"}
        if self._watched:
            wanted.add(self._watched)
        loads = {}
        for load_id in sorted(wanted):
            try:
                loads[load_id] = await self._client.load(load_id)
            except StationProblem:
                continue  # it went between two answers; the rest of the board is still true
        return loads
