"""Tell how the station is and what every screen warns of."""

from typing import Any

from station.jobs import Watch
from station.models import releases
from station.runtime.announcer import Announcer
from station.runtime.devices import Devices
from station.runtime.intake import Intake
from station.runtime.light_box import LightBox
from station.runtime.live import HealthFacts, Standing
from station.store.engine import Ledger

Warnings = list[tuple[str, dict[str, Any]]]


class Vitals:
    def __init__(
        self,
        ledger: Ledger,
        intake: Intake,
        light_box: LightBox,
        watch: Watch,
        devices: Devices,
        announcer: Announcer | None,
    ) -> None:
        self._ledger = ledger
        self._intake = intake
        self._light_box = light_box
        self._watch = watch
        self._devices = devices
        self._announcer = announcer

    def facts(self) -> HealthFacts:
        standing = self._intake.standing()
        return HealthFacts(self._light_box.state, tuple(self._warnings(standing)), standing)

    def _intake_warnings(self, standing: Standing) -> Warnings:
        found: Warnings = []
        if self._intake.disk_full:
            found.append(("intake_waits_for_disk", {}))
        elif standing.stands:
            found.append(("intake_stands", {"count": standing.waiting, "moved_at": standing.moved_at}))
        if dropped := self._devices.dropped():
            found.append(("messages_dropped", {"instruments": dropped}))
        return found

    def _warnings(self, standing: Standing) -> Warnings:
        found = self._intake_warnings(standing)
        if self._light_box.problem:
            found.append(("vision_problem", {"text": self._light_box.problem}))
        with self._ledger.read() as tx:
            for row, act in releases.set_aside(tx):
                found.append(("model_set_aside", {"model": f"{row.name} {row.version}", "text": act.why}))
        if self._watch.broken_seq is not None:
            found.append(("audit_chain_broken", {"seq": self._watch.broken_seq}))
        if unverified := self._devices.unverified():
            found.append(("verifications_expired", {"instruments": unverified}))
        if unsettled := self._devices.unsettled():
            found.append(("size_unknown", {"instruments": unsettled}))
        if self._announcer is not None and (problem := self._announcer.problem):
            found.append(("broker_lost", {"broker": self._announcer.broker, "text": problem}))
        if self._ledger.was_unclean:
            found.append(("unclean_stop", {}))
        return found
