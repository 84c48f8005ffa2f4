"""The instruments of a site file at their real lines: intake running, counter served."""

import threading
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from drivers.driver import Driver
from station.runtime.devices import Devices
from station.runtime.intake import Intake
from station.runtime.ports import Ports
from station.site.file import SiteSettings
from station.site.reference import load_site
from tests.api.rig import Counter
from tests.silo_rig import RULES

EXAMPLE = Path(__file__).parents[2] / "examples" / "site.toml"


@dataclass(frozen=True)
class Dock:
    counter: Counter
    devices: Devices
    intake: Intake

    def driver(self, port_id: str) -> Driver:
        return self.intake.driver(port_id)


def site_with(*instruments: dict[str, Any], spare_ports: Sequence[str] = ()) -> SiteSettings:
    """The example's cells, pits and lines with these instruments."""
    said = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    said["site"]["spare_ports"] = list(spare_ports)
    return SiteSettings.model_validate({**said, "instruments": list(instruments), "order": {}})


@contextmanager
def docked(counter: Counter, *instruments: dict[str, Any], spare_ports: Sequence[str] = ()) -> Iterator[Dock]:
    """The counter with these instruments, read until the block ends."""
    silo, settings = counter.silo, site_with(*instruments, spare_ports=spare_ports)
    load_site(silo.desk, settings, EXAMPLE, [RULES], silo.clock())
    ports = Ports(settings, EXAMPLE, silo.desk.ledger, silo.clock)
    frames = silo.desk.ledger.folder / "frames"
    intake = Intake(silo.desk, ports.drivers(), frames, settings.weighing_rule(), silo.clock)
    port_ids = [section.id for section in settings.instruments]
    devices = Devices(port_ids, ports, intake, silo.desk.ledger, silo.clock, silo.desk.policy.day)
    counter.app.state.context = replace(
        counter.context(), live=devices.live, new_sample=devices.new_sample,
        settle_zero=devices.settle_zero, check_wiring=ports.check,
        replug=devices.replug,
    )  # fmt: skip
    with intake.running():
        yield Dock(counter, devices, intake)


def until(condition: Callable[[], object], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        threading.Event().wait(0.01)
