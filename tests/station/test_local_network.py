"""A phone is told an address at which it finds the station, or none."""

import pytest

from station import local_network
from station.local_network import own_address, phone_address


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.5"])
def test_a_station_that_listens_to_its_own_machine_has_none(host: str) -> None:
    assert phone_address(host, 8321) is None


def test_an_address_of_the_network_is_taken_as_it_is() -> None:
    assert phone_address("10.1.2.3", 8321) == "http://10.1.2.3:8321"
    assert phone_address("fd00::7", 8321) == "http://[fd00::7]:8321"
    assert phone_address("silo.local", 80) == "http://silo.local:80"


def test_who_listens_everywhere_is_found_where_this_machine_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_network, "own_address", lambda: "192.168.1.10")
    assert phone_address("0.0.0.0", 8321) == "http://192.168.1.10:8321"
    monkeypatch.setattr(local_network, "own_address", lambda: None)
    assert phone_address("::", 8321) is None


def test_without_a_way_out_the_network_cards_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_network, "_ELSEWHERE", ("not an address", 9))
    found = own_address()
    assert found is None or found.count(".") == 3
