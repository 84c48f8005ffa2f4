"""A loaner of another model at 15:00: plugged in, told once, and weighing goes on."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from drivers.driver import Driver
from drivers.simulated.line import PtyLine
from drivers.simulated.mt_sics import SimulatedMtSics
from drivers.simulated.scale import Display
from drivers.simulated.toledo import message as toledo
from station.receival.measuring.instruments import plugged
from station.store.journal import records
from station.store.tables import Weighing
from tests.api.rig import Counter, ok, problem
from tests.runtime.dock import Dock, docked, until
from tests.silo_rig import Silo

LOANER = {"name": "Bridge on loan", "serial_number": "L-77", "note": "load cell broken"}
PROFILE = Path(__file__).parents[2] / "drivers" / "profiles" / "st-weight.toml"


def bridge_at(line: PtyLine, **more: Any) -> dict[str, Any]:
    port = f"serial:{line.path}"
    return {
        "id": "bridge", "name": "Bridge", "driver": "toledo-continuous", "port": port,
        "serial_number": "TB-1", "silent_after_s": 60, **more,
    }  # fmt: skip


def sics(kg: int) -> bytes:
    return SimulatedMtSics().message(Display(float(kg)))


@dataclass
class Head:
    """An indicator at a port: says a weight, or answers with it when `is_polled`."""

    line: PtyLine
    dock: Dock
    says: Callable[[int], bytes]
    is_polled: bool = False

    @property
    def driver(self) -> Driver:
        return self.dock.driver("bridge")

    def show(self, kg: int, times: int) -> None:
        for _ in range(times):
            before = self.driver.health().frames
            self.dock.counter.silo.clock.pass_(seconds=0.3)
            until(lambda seen=before: self._heard(kg, seen))

    def _heard(self, kg: int, seen: int) -> bool:
        """Said until it is heard: what comes while the port is being opened is lost."""
        if not self.is_polled or b"SI\r\n" in self.line.take():
            self.line.write(self.says(kg))
        return self.driver.health().frames > seen

    def weigh(self, kg: int) -> None:
        self.show(0, 6)
        self.show(kg, 5)


def weights(silo: Silo) -> list[tuple[float, str]]:
    """Each with the serial number of the instrument that it is kept for."""
    with silo.desk.ledger.read() as tx:
        from station.store.tables import Instrument

        rows = tx.exec(select(Weighing).order_by(Weighing.id)).all()  # type: ignore[arg-type]
        return [
            (row.kg, tx.get_one(Instrument, row.instrument_id).serial_number or "")
            for row in rows
            if row.instrument_id
        ]


def test_a_polled_bridge_takes_the_place_of_a_continuous_one_without_a_restart(
    counter: Counter, tmp_path: Path
) -> None:
    silo, old, new = counter.silo, PtyLine(tmp_path / "old"), PtyLine(tmp_path / "new")
    wiring = {"driver": "mt-sics", "address": f"serial:{new.path}", "settings": {"poll": "SI"}}
    with docked(counter, bridge_at(old)) as dock, counter.client("ines") as client:
        Head(old, dock, toledo).weigh(43_120)
        until(lambda: weights(silo) == [(43_120, "TB-1")])
        made = ok(client.post("/instruments/bridge/swap", json={**LOANER, "wiring": wiring}))
        assert (made["kind"], made["declared"]["kind"]) == ("mt-sics", "toledo-continuous")
        (shown,) = ok(client.get("/devices"))
        assert shown["kind"] == "mt-sics"
        assert str(new.path) in shown["port"]
        assert shown["declared"]["serial_number"] == "TB-1"
        Head(new, dock, sics, is_polled=True).weigh(15_240)
        until(lambda: weights(silo) == [(43_120, "TB-1"), (15_240, "L-77")])
        ok(client.post("/instruments/bridge/swap", json={"name": "Bridge", "serial_number": "TB-1"}))
        (shown,) = ok(client.get("/devices"))
        assert (shown["kind"], shown["declared"]) == ("toledo-continuous", None)
        Head(old, dock, toledo).weigh(38_000)
        until(lambda: weights(silo)[2:] == [(38_000, "TB-1")])
    old.close()
    new.close()


def test_each_instruments_frames_have_journal_segments_of_their_own(counter: Counter, tmp_path: Path) -> None:
    silo, line = counter.silo, PtyLine(tmp_path / "bridge")
    with docked(counter, bridge_at(line)) as dock, counter.client("anne") as client:
        Head(line, dock, toledo).show(0, 3)
        ok(client.post("/instruments/bridge/swap", json={**LOANER, "wiring": {"driver": "mt-sics"}}))
        Head(line, dock, sics, is_polled=True).show(0, 3)
    folder = silo.desk.ledger.folder / "frames" / "bridge"
    first, second = sorted(folder.iterdir())
    assert (first.suffix, second.suffix) == (".frames", ".open")
    assert {record.data[:1] for record in records(first)} == {b"\x02"}
    assert {record.data[:1] for record in records(second)} == {b"S"}
    line.close()


def test_the_swap_is_in_force_after_a_restart_until_the_file_says_something_newer(
    counter: Counter, tmp_path: Path
) -> None:
    line, section = PtyLine(tmp_path / "bridge"), bridge_at(PtyLine(tmp_path / "other"))
    wiring = {"driver": "mt-sics", "address": f"serial:{line.path}", "settings": {"poll": "SI"}}
    with docked(counter, section), counter.client("marc") as client:
        ok(client.post("/instruments/bridge/swap", json={**LOANER, "wiring": wiring}))
    with docked(counter, section) as dock:
        assert dock.driver("bridge").protocol.kind == "mt-sics"
        Head(line, dock, sics, is_polled=True).weigh(15_240)
        until(lambda: weights(counter.silo) == [(15_240, "L-77")])
    newer = {**section, "driver": "sma"}
    with docked(counter, newer) as dock:
        assert dock.driver("bridge").protocol.kind == "sma"
        with counter.silo.desk.ledger.read() as tx:
            assert plugged(tx)["bridge"].instrument.serial_number == "L-77"
    with docked(counter, newer) as dock:  # the file says nothing new
        assert dock.driver("bridge").protocol.kind == "sma"
    line.close()


def test_a_wrong_line_setting_is_put_right_for_the_same_instrument(counter: Counter, tmp_path: Path) -> None:
    line = PtyLine(tmp_path / "bridge")
    with docked(counter, bridge_at(line)) as dock, counter.client("anne") as client:
        same = {"name": "Bridge", "serial_number": "TB-1"}
        problem(client.post("/instruments/bridge/swap", json=same), 409, "same_instrument")
        right = {**same, "wiring": {"settings": {"checksum": "on"}}}
        ok(client.post("/instruments/bridge/swap", json=right))
        with counter.silo.desk.ledger.read() as tx:
            now = plugged(tx)["bridge"]
        assert (now.instrument.id, now.assignment.settings) == ("bridge", {"checksum": "on"})
        assert dock.driver("bridge").protocol.kind == "toledo-continuous"
    line.close()


def test_a_profile_from_a_stick_is_kept_beside_the_ledger(counter: Counter, tmp_path: Path) -> None:
    line = PtyLine(tmp_path / "bridge")
    profile = {"name": "loan.toml", "text": PROFILE.read_text()}
    wiring = {"driver": "generic", "profile": profile}
    with docked(counter, bridge_at(line)), counter.client("ines") as client:
        ok(client.post("/instruments/bridge/swap", json={**LOANER, "wiring": wiring}))
    with docked(counter, bridge_at(line)) as dock:
        assert dock.driver("bridge").protocol.kind == "generic"
    line.close()


@pytest.mark.parametrize(
    ("wiring", "code", "told"),
    [
        ({"driver": "no-such"}, "wiring_wrong", "no-such"),
        ({"driver": "mt-sics", "settings": {"poll": "daily"}}, "wiring_wrong", "daily"),
        ({"address": "serial:"}, "wiring_wrong", "port"),
        ({"driver": "generic", "settings": {"profile": "x" * 300}}, "wiring_wrong", "send its text"),
        ({"driver": "generic", "profile": {"name": "a.toml", "text": "a ="}}, "wiring_wrong", "a.toml"),
        ({"address": "mqtt://me:hunter2@broker/x"}, "wiring_wrong", "leave it out"),
        ({"driver": "generic", "settings": {"profile": "/nowhere.toml"}}, "wiring_wrong", "nowhere"),
        ({"driver": "gac500xt"}, "other_category", "gac500xt"),
    ],
)
def test_a_wiring_that_cannot_be_is_refused_and_nothing_changes(
    counter: Counter, tmp_path: Path, wiring: dict[str, Any], code: str, told: str
) -> None:
    line = PtyLine(tmp_path / "bridge")
    with docked(counter, bridge_at(line)) as dock, counter.client("ines") as client:
        before = dock.driver("bridge")
        refused = client.post("/instruments/bridge/swap", json={**LOANER, "wiring": wiring})
        assert told in json.dumps(problem(refused, 422, code)["params"])
        assert dock.driver("bridge") is before
        with counter.silo.desk.ledger.read() as tx:
            assert plugged(tx)["bridge"].instrument.serial_number == "TB-1"
    line.close()


def with_fixed_zero(kg: int) -> bytes:
    """A head with d = 10 kg that does not send its last zero."""
    return toledo(kg // 10, decimals=-1)


def test_the_first_truck_is_weighed_once_a_person_has_said_what_the_display_shows(
    counter: Counter, tmp_path: Path
) -> None:
    silo, line = counter.silo, PtyLine(tmp_path / "bridge")
    with docked(counter, bridge_at(line)) as dock, counter.client("anne") as client:
        Head(line, dock, with_fixed_zero).weigh(43_120)
        assert weights(silo) == []
        (shown,) = ok(client.get("/devices"))
        assert (shown["weight_kg"], shown["error"]["code"]) == (None, "device_setting_missing")
        assert "fixed_zero = appended: 43120 kg" in shown["error"]["message"]
        ways = {way["values"]["weight"]: way["settings"] for way in shown["open_ways"]}
        assert ways == {4312.0: {"fixed_zero": "in_digits"}, 43_120.0: {"fixed_zero": "appended"}}
        assert dock.devices.unsettled() == ["Bridge"]
        ok(client.post("/instruments/bridge/settle", json={"settings": ways[43_120.0]}))
        Head(line, dock, with_fixed_zero).weigh(43_120)
        until(lambda: weights(silo) == [(43_120, "TB-1")])
        (shown,) = ok(client.get("/devices"))
        assert (shown["error"], shown["open_ways"]) == (None, [])
    with docked(counter, bridge_at(line)) as dock:
        assert dock.driver("bridge").protocol.chosen["fixed_zero"] == "appended"
    line.close()
