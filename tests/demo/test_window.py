from station.demo.scenario import make_day
from station.demo.window import Window

TRUCK = make_day(1, 1)[0]


def test_whoever_stands_at_the_gate_is_named_until_entered():
    window = Window("en")
    assert "PIN" in window.text()
    window.at_gate(TRUCK)
    window.leaves(make_day(1, 2)[1])
    for word in (TRUCK.plate, TRUCK.supplier, TRUCK.loads[0].barcode, "soft wheat"):
        assert word in window.text()
    window.entered()
    assert "has left" in window.text()


def test_what_only_a_person_can_know_is_said_until_the_load_is_decided():
    window = Window("en")
    window.entered()
    silent = next(truck for truck in make_day(1, 20) if truck.loads[0].typed)
    load = silent.loads[0]
    window.unsaid(load, load.typed[0])
    window.tips(TRUCK)
    assert "protein" in window.text()
    window.decided()
    assert window.text() == f"{TRUCK.plate} is tipping"


def test_the_window_speaks_french():
    window = Window("fr")
    window.at_gate(TRUCK)
    assert "blé tendre" in window.text()
    assert "étiquette" in window.text()
