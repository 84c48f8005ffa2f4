import pytest

from benchmarks.kills import campaign
from drivers.simulated.mosquitto import available


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.skipif(not available(), reason="no broker: apt-get install -y mosquitto")
def test_a_station_that_is_killed_while_readings_come_loses_and_doubles_none() -> None:
    found = campaign(300, 50.0, kills=2)
    assert (found["sent"], found["kills"]) == (300, 2)
    assert (found["lost"], found["doubled"]) == (0, 0)
