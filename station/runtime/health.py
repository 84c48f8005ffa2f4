"""Tell how the station is and what every screen warns of."""

from collections.abc import Callable
from typing import Any

from station.backup.keeper import Keeper
from station.clock import StationClock
from station.jobs import Watch
from station.models import releases
from station.runtime.announcer import Announcer
from station.runtime.devices import Devices
from station.runtime.intake import Intake
from station.runtime.light_box import LightBox
from station.runtime.live import BackupFacts, HealthFacts, PostFacts, Standing
from station.runtime.poster import Poster
from station.runtime.print_room import PrintRoom
from station.store.engine import Ledger

CLOCKS_DIFFER_S = 60.0
Warnings = list[tuple[str, dict[str, Any]]]


class Vitals:
    def __init__(
        self,
        ledger: Ledger,
        clock: StationClock,
        intake: Intake,
        light_box: LightBox,
        watch: Watch,
        devices: Devices,
        announcer: Announcer | None,
        keeper: Keeper | None = None,
        poster: Poster | None = None,
        print_room: PrintRoom | None = None,
        exchange: Callable[[], Warnings] | None = None,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._intake = intake
        self._light_box = light_box
        self._watch = watch
        self._devices = devices
        self._announcer = announcer
        self._keeper = keeper
        self._poster = poster
        self._print_room = print_room
        self._exchange = exchange

    def facts(self) -> HealthFacts:
        standing = self._intake.standing()
        warnings = tuple(self._warnings(standing))
        post = self._poster.facts() if self._poster else None
        return HealthFacts(self._light_box.state, warnings, standing, self._backup(), post)

    def _backup(self) -> BackupFacts | None:
        if self._keeper is None:
            return None
        return BackupFacts(self._keeper.standing.made_at, self._keeper.standing.proved_at)

    def _intake_warnings(self, standing: Standing) -> Warnings:
        found: Warnings = []
        if self._intake.disk_full:
            found.append(("intake_waits_for_disk", {}))
        elif standing.stands:
            found.append(("intake_stands", {"count": standing.waiting, "moved_at": standing.moved_at}))
        if dropped := self._devices.dropped():
            found.append(("messages_dropped", {"instruments": dropped}))
        return found

    def _instrument_warnings(self) -> Warnings:
        found = (
            ("bridge_not_at_zero", self._devices.not_at_zero()),
            ("verifications_expired", self._devices.unverified()),
            ("size_unknown", self._devices.unsettled()),
        )
        return [(code, {"instruments": names}) for code, names in found if names]

    def _warnings(self, standing: Standing) -> Warnings:
        found = self._intake_warnings(standing)
        if self._light_box.problem:
            found.append(("vision_problem", {"text": self._light_box.problem}))
        with self._ledger.read() as tx:
            for row, act in releases.set_aside(tx):
                found.append(("model_set_aside", {"model": f"{row.name} {row.version}", "text": act.why}))
        if self._watch.broken_seq is not None:
            found.append(("audit_chain_broken", {"seq": self._watch.broken_seq}))
        found += self._instrument_warnings()
        if self._announcer is not None and (problem := self._announcer.problem):
            found.append(("broker_lost", {"broker": self._announcer.broker, "text": problem}))
        if self._keeper is not None:
            found += self._keeper.warnings(self._clock())
        if self._poster is not None:
            found += _post_warnings(self._poster.facts())
        if self._print_room is not None:
            found += [(code, dict(params)) for code, params in self._print_room.warnings()]
        if self._exchange is not None:
            found += self._exchange()
        if self._ledger.was_unclean:
            found.append(("unclean_stop", {}))
        return found


def _post_warnings(facts: PostFacts) -> Warnings:
    found: Warnings = []
    if facts.refused:
        found.append(("hub_refuses", {"hub_reason": facts.refused}))
    if facts.recovers:
        found.append((f"recovery_{facts.recovers}", {}))
    if facts.full:
        found.append(("post_full", {"text": facts.full}))
    if facts.offset_s is not None and abs(facts.offset_s) > CLOCKS_DIFFER_S:
        code = "clock_ahead_of_hub" if facts.offset_s > 0 else "clock_behind_hub"
        found.append((code, {"age_s": abs(facts.offset_s)}))
    return found
