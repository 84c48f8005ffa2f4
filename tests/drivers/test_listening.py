"""The clock of a driver stands still while a delivery waits to be taken."""

from drivers.listening import ListeningClock


def test_what_passes_while_a_delivery_waits_is_not_counted():
    seconds = [100.0]
    clock = ListeningClock(lambda: seconds[0])
    began = clock()
    seconds[0] += 2
    with clock.standing():
        seconds[0] += 30
        assert clock() - began == 2
    seconds[0] += 3
    with clock.standing():
        seconds[0] += 5
    assert clock() - began == 5
