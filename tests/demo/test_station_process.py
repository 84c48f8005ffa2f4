import pytest

from station.cli.counter import ask
from station.demo.run import START
from station.demo.site import InstrumentAddresses, write_site
from station.demo.station_process import StationFailed, StationProcess
from station.site.read import load_settings, rule_pack_texts

pytestmark = pytest.mark.long

PORTS = InstrumentAddresses("serial:/dev/null", "tcp:127.0.0.1:9", "tcp:127.0.0.1:9")


def test_the_written_site_is_a_good_site_with_the_shipped_rules(tmp_path):
    file = write_site(tmp_path, PORTS, listen=1234)
    settings = load_settings(file)
    assert settings.server.port == 1234
    assert {cell.role for cell in settings.cells} == {"normal", "hold", "quarantine"}
    assert len(settings.pits) == 2
    assert rule_pack_texts(settings, file)


def test_a_station_that_does_not_start_says_why(tmp_path):
    site = tmp_path / "site.toml"
    site.write_text("[site]\nid = 'x'\n")
    station = StationProcess(site, tmp_path / "log", speed=1.0, start=START)
    with pytest.raises(StationFailed, match="campaign"):
        station.start()
    station.stop()


def test_a_station_that_is_killed_is_noticed_and_started_again(tmp_path):
    site = write_site(tmp_path, PORTS)
    with StationProcess(site, tmp_path / "log", speed=1.0, start=START) as station:
        station.check()
        station._process.kill()
        station._process.wait(timeout=10)
        with pytest.raises(StationFailed, match="ended with code -9"):
            station.check()
        station.kill()
        station.start()
        assert station.url.startswith("http://127.0.0.1:")
        assert load_settings(site).server.port == 0
        assert [pack["act"] for pack in ask(site, "GET", "/rules")] == ["installed"]  # of the running one
