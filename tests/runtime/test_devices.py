"""What the devices screen says of a line: what is wrong, since when, and nothing that is no longer true."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from drivers.simulated.line import PtyLine, TcpLine
from drivers.simulated.toledo import message
from station.runtime.live import DeviceLive
from tests.api.rig import Counter
from tests.runtime.dock import Dock, docked, until


def bridge(port: str, **more: Any) -> dict[str, Any]:
    return {"id": "bridge", "name": "Bridge", "driver": "toledo-continuous", "port": port, **more}


def live(dock: Dock) -> DeviceLive:
    (device,) = dock.devices.live()
    return device


def said(dock: Dock) -> str | None:
    error = live(dock).error
    return error[0] if error else None


def test_a_weight_is_not_shown_any_more_once_its_line_is_cut(counter: Counter, tmp_path: Path) -> None:
    line = PtyLine(tmp_path / "bridge")
    with docked(counter, bridge(f"serial:{line.path}")) as dock:
        until(lambda: line.write(message(43_120)) and live(dock).weight_kg == 43_120)
        assert said(dock) is None
        line.disconnect()
        until(lambda: live(dock).state == "down")
        assert live(dock).weight_kg is None
        until(lambda: said(dock) == "device_port_missing")
        line.plug()
        until(lambda: line.write(message(20)) and live(dock).weight_kg == 20)
        assert said(dock) is None
    line.close()


def test_a_device_that_says_nothing_any_more_is_told_as_that(counter: Counter, tmp_path: Path) -> None:
    line = PtyLine(tmp_path / "bridge")
    with docked(counter, bridge(f"serial:{line.path}", silent_after_s=0.3)) as dock:
        until(lambda: line.write(message(43_120)) and live(dock).frames)
        until(lambda: live(dock).state == "silent")
        assert (said(dock), live(dock).weight_kg) == ("device_idle", None)
        until(lambda: line.write(message(43_120)) and live(dock).state == "live")
        assert said(dock) is None
    line.close()


def test_a_converter_that_two_programs_fight_for_is_told_also_while_it_works(counter: Counter) -> None:
    line = TcpLine()
    with docked(counter, bridge(f"tcp:127.0.0.1:{line.port}")) as dock:
        for lost in range(3):
            until(lambda: line.write(message(20)) and live(dock).state == "live")
            assert said(dock) is None
            line.disconnect()
            until(lambda n=lost: dock.driver("bridge").health().losses > n)
        until(lambda: line.write(message(20)) and live(dock).state == "live")
        error = live(dock).error
        assert error is not None
        assert (error[0], error[1]["count"]) == ("device_lost_often", 3)
    line.close()


def test_what_was_not_understood_is_told_also_after_the_next_right_message(
    counter: Counter, tmp_path: Path
) -> None:
    line = PtyLine(tmp_path / "nir")
    nir = {"id": "nir", "name": "NIR", "driver": "json-nir", "port": f"serial:{line.path}"}
    with docked(counter, nir) as dock:
        until(lambda: live(dock).state == "live")
        assert said(dock) is None
        until(lambda: line.write(b'{"protein": 11.4}\n') and live(dock).state == "fault")
        error = live(dock).error
        assert error is not None
        assert error[0] == "device_not_understood"
        assert "values" in error[1]["text"]
        right = b'{"values":{"moisture":{"value":13.1,"unit":"%"}}}\n'
        until(lambda: line.write(right) and live(dock).state == "live")
        assert said(dock) == "device_not_understood"
        counter.silo.clock.now += timedelta(minutes=11)
        assert said(dock) is None
    line.close()
