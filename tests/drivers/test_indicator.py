"""Simulated indicators on real lines, read by the driver: asked, streaming, and with every fault."""

import pytest

from drivers.registry import make_protocol
from drivers.simulated.dini_argeo import SimulatedDiniArgeo
from drivers.simulated.faults import LineFault
from drivers.simulated.indicator import Answering, Indicator
from drivers.simulated.line import PtyLine, TcpLine
from drivers.simulated.mt_sics import SimulatedMtSics
from drivers.simulated.scale import Display, Scale
from drivers.simulated.weighbridges import READ_BY, WEIGHBRIDGES
from tests.drivers.rig import Running, now, wait_until


class Chosen(Running):
    """A driver with settings of its kind."""

    def __init__(self, kind, url, chosen):
        super().__init__(kind, url)
        chosen = {**READ_BY.get(kind, {}), **chosen}
        self.driver = type(self.driver)(
            "device-1", make_protocol(kind, chosen), self.driver._transport, clock=now
        )


@pytest.fixture
def converter():
    line = TcpLine()
    yield line
    line.close()


def running(talker, line, **options):
    scale = Scale(settle_s=0.05)
    scale.drive_on(43_120)
    scale.step(1.0)
    return scale, Indicator(talker, scale, line, clock=now, rate_hz=50.0, **options)


@pytest.mark.parametrize(
    ("kind", "chosen"),
    [
        ("mt-sics", {}),
        ("mt-sics", {"poll": "SIR"}),
        ("sma", {}),
        ("sma", {"poll": "R"}),
        ("nci-scp01", {}),
        ("dini-argeo", {"poll": "REXT"}),
        ("cardinal", {"poll": "ENQ"}),
        ("systec", {}),
        ("sartorius-sbi", {}),
    ],
)
def test_a_head_that_only_answers_is_asked_and_its_weight_arrives(kind, chosen, converter):
    _, indicator = running(WEIGHBRIDGES[kind](now), converter)
    with Chosen(kind, f"tcp:127.0.0.1:{converter.port}", chosen) as device:
        indicator.start()
        try:
            wait_until(lambda: 43_120.0 in device.weights() and device.state == "live")
        finally:
            indicator.stop()
        assert device.errors() == []
    assert [emission.values for emission in indicator.log.all()] == [{"weight": 43_120.0}]


@pytest.mark.parametrize("kind", sorted(WEIGHBRIDGES))
def test_with_every_fault_no_weight_is_made_up_and_the_true_one_arrives_after_it(kind, tmp_path):
    line = PtyLine(tmp_path / "port")
    _, indicator = running(WEIGHBRIDGES[kind](now), line, answers=False, seed=7)
    with Chosen(kind, f"serial:{line.path}", {}) as device:
        wait_until(lambda: device.driver.health().state == "starting" and device.driver._transport._serial)
        for _ in range(20):
            indicator.send_one()
        for fault in LineFault:
            if fault not in (LineFault.DISCONNECT, LineFault.SILENCE):
                indicator.inject(fault)
                indicator.send_one()
                indicator.send_one()
        before = len(device.got)
        wait_until(
            lambda: _sends(indicator) and len(device.got) > before and device.weights()[-1:] == [43_120.0]
        )
    line.close()
    assert all(kg % 20 == 0 and -20 <= kg <= 2 * 43_120 for kg in device.weights() if kg is not None)


def _sends(indicator):
    indicator.send_one()
    return True


def test_a_pulled_cable_and_a_silence_end_by_themselves(tmp_path):
    line = PtyLine(tmp_path / "port")
    _, indicator = running(SimulatedMtSics(), line, answers=False)
    with Chosen("mt-sics", f"serial:{line.path}", {"poll": "none"}) as device:
        wait_until(lambda: _sends(indicator) and device.weights()[-1:] == [43_120.0])
        indicator.inject(LineFault.DISCONNECT)
        indicator.send_one()
        wait_until(lambda: device.state == "down")
        line.plug()
        before = len(device.got)
        wait_until(lambda: _sends(indicator) and len(device.got) > before)
        indicator.inject(LineFault.SILENCE)
        sent = len(indicator.log.all())
        for _ in range(3 * 50 - 1):
            indicator.send_one()
        assert len(indicator.log.all()) == sent
        before = len(device.got)
        wait_until(lambda: _sends(indicator) and len(device.got) > before)
    line.close()


def test_equal_seeds_spoil_equal_bytes():
    class Kept:
        def __init__(self):
            self.data = b""

        def write(self, data):
            self.data += data
            return True

    kept = [Kept(), Kept()]
    for line in kept:
        _, indicator = running(SimulatedDiniArgeo(), line, answers=False, seed=3)
        for fault in (LineFault.PARITY, LineFault.HALF_FRAME, LineFault.REPEAT, LineFault.GLUED):
            indicator.inject(fault)
            indicator.send_one()
        indicator.send_one()
    assert kept[0].data == kept[1].data


def test_heads_answer_what_they_do_not_know_and_what_cannot_be_done_now():
    moving, standing = Display(weight=100, motion=True), Display(weight=100, tare=40)
    sics = SimulatedMtSics()
    assert sics.answer(b"S", moving) == b"S I\r\n"
    assert sics.answer(b"@", standing) == sics.banner
    assert sics.answer(b"XX", standing) == b"ES\r\n"
    dini = SimulatedDiniArgeo()
    assert dini.answer(b"PID", moving).endswith(b",NO\r\n")
    assert [dini.answer(b"PID", standing)[-14:-2] for _ in range(2)] == [b"00000-000001", b"00000-000002"]
    assert isinstance(sics, Answering)
    assert not isinstance(WEIGHBRIDGES["rice-lake"](now), Answering)
