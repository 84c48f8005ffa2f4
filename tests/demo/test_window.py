from station.demo.scenario import make_day
from station.demo.window import Window

TRUCK = make_day(1, 1)[0]


def test_whoever_stands_at_the_gate_is_named_until_entered():
    window = Window("en")
    assert "PIN" in window.text()
    window.show_arrival(TRUCK)
    window.show_leaving(make_day(1, 2)[1])
    for word in (TRUCK.plate, TRUCK.supplier, TRUCK.loads[0].barcode, "soft wheat"):
        assert word in window.text()
    window.clear_arrival()
    assert "has left" in window.text()


def test_what_only_a_person_can_know_is_said_until_the_load_is_decided():
    window = Window("en")
    window.clear_arrival()
    silent = next(truck for truck in make_day(1, 20) if truck.loads[0].typed)
    load = silent.loads[0]
    window.ask_for_value(load, load.typed[0])
    window.show_tipping(TRUCK)
    assert "protein" in window.text()
    window.clear_request()
    assert window.text() == f"{TRUCK.plate} is tipping"


def test_the_window_speaks_french():
    window = Window("fr")
    window.show_arrival(TRUCK)
    assert "blé tendre" in window.text()
    assert "étiquette" in window.text()
