"""Every simulator with every fault, through a real line and the driver: nothing lost, nothing doubled."""

import threading
import time
from collections import Counter
from contextlib import ExitStack

import pytest

from drivers.reading import Analyte, Flag
from drivers.registry import KINDS
from drivers.simulated.cast import Casting, cast, settings_of
from drivers.simulated.faults import LineFault
from drivers.simulated.mosquitto import Mosquitto, available
from drivers.simulated.plan import FaultPlan
from drivers.simulated.sent import SentMessage, Tally
from drivers.simulated.weighbridges import WEIGHBRIDGES
from station.grain.weighing import WatchState, WeighingRule, watch
from tests.drivers.rig import AT, Running, now, wait_until

# How fast the instruments' clocks run, and the driver's with them. An analyzer's half message has to be
# given up before its next one comes, also on a busy machine.
SCALE_SPEED, ANALYZER_SPEED = 5.0, 3.0
ANALYZER_HZ = 0.25
WANTED = 2
BROKERED = ("tasmota", "sparkplug")
OPTIONS = {"file-drop": "?steady=1", "tasmota": "?client=one", "sparkplug": "?client=two"}
INNER = {"tasmota": {"driver": "gac2100-csv01"}, "modbus": {"every_ms": "100"}}


class Act:
    """One simulator playing to one driver; what was sent and what arrived."""

    def __init__(self, kind, port, faults=tuple(LineFault)):
        self.kind = kind
        self.sent: list[SentMessage] = []
        self.stop = threading.Event()
        scale = kind in WEIGHBRIDGES or kind == "modbus"
        speed, rate = (SCALE_SPEED, None) if scale else (ANALYZER_SPEED, ANALYZER_HZ)
        casting = Casting(kind, str(port), INNER.get(kind, {}), faults, 5, rate, speed)
        self.show = cast(casting, clock=now, say=self.sent.append, stop=self.stop)
        self.running = Running(
            kind,
            self.show.address + OPTIONS.get(kind, ""),
            settings=self.show.settings,
            monotonic=lambda: time.monotonic() * speed,
        )
        protocol = self.running.driver.protocol
        if "poll_every_s" in vars(protocol):
            protocol.poll_every_s = 0.02
        self._thread = threading.Thread(target=self.show.play, args=(self.stop, 30.0))

    def __enter__(self):
        self.running.__enter__()
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self.stop.set()
        self._thread.join(10)
        self.running.__exit__(*exc)

    def end(self):
        self.stop.set()
        self._thread.join(10)

    @property
    def counted(self):
        return [sent for sent in self.sent if sent.counts]

    def readings(self):
        return [d.reading for d in self.running.got if d.reading]

    def taken(self):
        """The weighings of the rule."""
        state, found = WatchState(), []
        for reading in self.readings():
            state, taken = watch(state, reading, WeighingRule())
            found += [taken.kg] if taken else []
        return found

    def analyses(self):
        """Each result once, as the ledger keeps them."""
        unique = {}
        for n, reading in enumerate(self.readings()):
            if Flag.DUPLICATE not in reading.flags:
                unique.setdefault(reading.identity or n, reading)
        moistures = [reading.values.get(Analyte.MOISTURE) for reading in unique.values()]
        return [value.value if value else None for value in moistures]


def port_of(kind, folder, broker):
    if kind == "file-drop":
        return folder / kind
    if kind in BROKERED:
        return f"mqtt://127.0.0.1:{broker.port}/{kind}"
    return folder / kind if kind in WEIGHBRIDGES else "tcp:0"


def test_every_kind_plays_all_faults_and_nothing_is_lost_or_doubled(tmp_path):
    kinds = [kind for kind in KINDS if kind not in BROKERED or available()]
    with ExitStack() as stack:
        broker = stack.enter_context(Mosquitto(tmp_path / "broker")) if available() else None
        acts = [stack.enter_context(Act(kind, port_of(kind, tmp_path, broker))) for kind in kinds]
        wait_until(lambda: all(len(act.counted) >= WANTED for act in acts), 25.0)
        for act in acts:
            act.stop.set()
        for act in acts:
            act.end()
        scales = [act for act in acts if act.running.driver.protocol.category == "weighbridge"]
        for act in scales:
            sent = [s.values["weight"] for s in act.counted]
            assert len(act.taken()) >= WANTED - 1, (act.kind, sent)
            assert act.taken() in (sent, sent[:-1]), act.kind
        for act in acts:
            if act not in scales and act.kind != "generic":
                check_analyses(act)


def check_analyses(act):
    """All that had to arrive is there, once; whatever else is there was sent too."""
    wanted = Counter(s.values["moisture"] for s in act.counted)
    possible = wanted + Counter(s.values["moisture"] for s in act.sent if not s.counts)
    deadline = time.monotonic() + 5.0
    while (lost := wanted - Counter(act.analyses())) and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    assert not lost, (act.kind, lost, act.sent, act.running.errors())
    assert not Counter(act.analyses()) - possible, act.kind


def test_equal_seeds_plan_equal_faults_and_each_chosen_one_comes():
    def faults(seed):
        plan = FaultPlan(tuple(LineFault), seed, (1, 3))
        return [plan.next() for _ in range(200)]

    assert faults(1) == faults(1) != faults(2)
    assert set(faults(1)) == {None, *LineFault}
    assert all(a is None or b is None for a, b in zip(faults(1), faults(1)[1:], strict=False))
    assert FaultPlan((), 1, (0, 0)).next() is None


def test_equal_seeds_send_equal_bytes(tmp_path):
    def bytes_of(seed):
        sent, stop = [], threading.Event()
        casting = Casting("toledo-continuous", str(tmp_path / "p"), {}, (LineFault.PARITY,), seed)
        show = cast(casting, clock=lambda: AT, say=sent.append, stop=stop)
        for _ in range(150):
            show.player.play_one()
        show.close()
        return b"".join(s.data for s in sent)

    assert bytes_of(1) == bytes_of(1) != bytes_of(2)


def test_what_nobody_hears_is_told_as_not_carried(tmp_path):
    sent = []
    show = cast(
        Casting("gac2100-csv01", str(tmp_path / "p"), {}), clock=now, say=sent.append, stop=threading.Event()
    )
    show.player.play_one()
    with Running("gac2100-csv01", show.address) as running:
        wait_until(lambda: running.state == "live")
        show.player.play_one()
        wait_until(lambda: running.got)
        assert [d.reading.sample_id for d in running.got] == [sent[1].sample_id]
    show.close()
    assert [(s.carried, s.counts) for s in sent] == [(False, False), (True, True)]


def test_a_tally_adds_up():
    tally = Tally()
    for sent in (
        SentMessage(AT, b"x"),
        SentMessage(AT, b"", fault=LineFault.SILENCE, counts=False),
        SentMessage(AT, b"xx", fault=LineFault.REPEAT, messages=2),
    ):
        tally.add(sent)
    assert tally.as_dict() == {
        "event": "end",
        "messages": 3,
        "counted": 2,
        "faults": {"silence": 1, "repeat": 1},
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_settings_that_its_simulator_can_play(kind):
    settings = settings_of(Casting(kind, "tcp:0", {}))
    assert KINDS[kind].settings.keys() >= settings.keys()
