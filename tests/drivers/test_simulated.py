from drivers.reading import Reading
from drivers.simulated.toledo import ToledoBridge, ToledoFault, ToledoSender, message
from drivers.weighbridge.toledo_continuous import ToledoContinuous
from tests.drivers.rig import AT
from tests.drivers.test_toledo_continuous import outcomes, parse


class Kept:
    def __init__(self):
        self.data = b""

    def write(self, data):
        self.data += data
        return True

    def disconnect(self): ...


def test_a_truck_swings_in_and_then_stands_still_on_its_weight():
    bridge = ToledoBridge(increment_kg=20, settle_s=3.0)
    bridge.drive_on(43_125)
    shown = [parse(bridge.send(1 / 7)[0]) for _ in range(40)]
    moving = [r for r in shown if "motion" in r.flags]
    assert 15 < len(moving) < 25
    assert len({r.weight_kg for r in moving}) > 10
    assert {r.weight_kg for r in shown[-15:]} == {43120.0}
    assert all(r.extra["increment_kg"] == 2.0 for r in shown)


def test_too_heavy_a_truck_is_an_overload_without_value():
    bridge = ToledoBridge(capacity_kg=60_000)
    bridge.drive_on(61_000)
    data, stable = bridge.send(10.0)
    assert parse(data).weight_kg is None
    assert "overload" in parse(data).flags
    assert stable is None


def test_the_print_key_is_sent_once():
    bridge = ToledoBridge()
    bridge.press_print()
    assert ["print" in parse(bridge.send(1.0)[0]).flags for _ in range(2)] == [True, False]


def test_the_sender_logs_each_load_once_and_equal_seeds_send_equal_bytes():
    def day(seed):
        line, bridge = Kept(), ToledoBridge()
        sender = ToledoSender(bridge, line, clock=lambda: AT, seed=seed)
        for kg in (43_120, 0, 14_860, 0):
            bridge.drive_on(kg)
            for fault in ToledoFault:
                if fault is not ToledoFault.SILENCE:
                    sender.inject(fault)
            for _ in range(60):
                sender.send_one()
        return line.data, [e.values["weight"] for e in sender.log.countable()]

    data, logged = day(1)
    assert logged == [43120.0, 14860.0]
    assert day(1)[0] == data != day(2)[0]
    results, noise = outcomes([data])
    stable = {r.weight_kg for r in results if isinstance(r, Reading) and "stable" in r.flags}
    assert stable == {0.0, 43120.0, 14860.0}
    assert noise > 0


def test_the_increment_is_only_the_leading_digit_of_the_real_one():
    assert ToledoContinuous().framer().feed(message(20, increment=2) + b"\x02", AT)
