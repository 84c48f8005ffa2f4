"""`silo check`: what is found, in the site's language, and what it ends with. It opens no line unasked."""

import json
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from station.acts.desk import Desk
from station.cli.say import now
from station.demo.site import InstrumentAddresses, write_site
from station.receival.measuring.captures import StoredPhoto, receive_capture
from station.receival.persons import people
from station.runtime.bundles import ship
from station.site.policy import policy_of
from station.site.read import load_settings
from station.store.blobs import Blobs
from station.store.engine import Ledger
from tests.cli.rig import free_port, run, silo
from tests.printing.cups import Cups
from tests.printing.socket_printer import SocketPrinter
from tests.silo_rig import START


@pytest.fixture
def line() -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        yield listener


@pytest.fixture
def site(tmp_path: Path, line: socket.socket, new_folder: Path) -> Path:
    """Its scale can be reached; nothing else is there."""
    shutil.copytree(new_folder, tmp_path / "data")
    bridge = f"tcp:127.0.0.1:{line.getsockname()[1]}"
    file = write_site(
        tmp_path, InstrumentAddresses(bridge, "tcp:127.0.0.1:1", "tcp:127.0.0.1:2"), listen=free_port()
    )
    file.write_text(file.read_text().replace('language = "fr"', 'language = "en"'))
    return file


def replaced(site: Path, old: str, new: str) -> None:
    text = site.read_text()
    assert old in text
    site.write_text(text.replace(old, new, 1))


def check(site: Path, *options: str, code: int = 0) -> list[dict[str, object]]:
    return [json.loads(said) for said in silo(site, "check", "--json", *options, code=code).splitlines()]


def texts(found: list[dict[str, object]], level: str) -> list[str]:
    return [str(one["text"]) for one in found if one["level"] == level]


def test_a_good_site_has_nothing_wrong_and_no_line_is_opened(site: Path, line: socket.socket) -> None:
    found = check(site)
    assert texts(found, "problem") == texts(found, "warning") == []
    with pytest.raises(TimeoutError):
        line.accept()


def test_lines_are_opened_when_that_is_asked_for(site: Path, line: socket.socket) -> None:
    found = check(site, "--devices", code=1)
    line.accept()[0].close()
    assert len(texts(found, "problem")) == 2
    assert any("can be opened" in text for text in texts(found, "ok"))


def test_a_contradiction_ends_with_3_and_a_warning_with_0(site: Path) -> None:
    replaced(site, 'name = "Cellule 2"', 'name = "Cellule 1"')
    (said,) = texts(check(site, code=3), "problem")
    assert "cells[1].name: cells[0] is called 'Cellule 1' too" in said
    replaced(site, 'name = "Cellule 1"', 'name = "Cellule 2"')
    replaced(site, 'name = "Cellule 1"', 'name = "Cellule 7"')
    replaced(site, "pairing_window_min = 15", "pairing_window_min = 900")
    assert len(texts(check(site), "warning")) == 1


def test_a_french_site_is_told_in_french(site: Path) -> None:
    replaced(site, 'language = "en"', 'language = "fr"')
    replaced(site, 'name = "Cellule 2"', 'name = "Cellule 1"')
    done = run(site, "check")
    assert "personne ne peut les distinguer" in done.stderr
    assert not re.search(r"\b(the|is|not|whole|free)\b", done.stderr.replace(str(site), "")), done.stderr
    replaced(site, "net_share = 0.62", "net_share = 62")
    assert "doit être inférieur ou égal à 1" in run(site, "serve").stderr
    assert "doit être inférieur ou égal à 1" in run(site, "check").stderr


def test_nothing_is_made_where_no_station_has_been_started(site: Path) -> None:
    shutil.rmtree(site.parent / "data")
    assert any("the first start makes the ledger" in text for text in texts(check(site), "ok"))
    assert not (site.parent / "data").exists()


def test_a_host_that_all_reach_without_any_token_is_a_problem(site: Path) -> None:
    replaced(site, 'host = "127.0.0.1"', 'host = "0.0.0.0"')
    assert "no terminal has a token" in texts(check(site, code=3), "problem")[0]


def test_who_is_there_and_what_judges_is_looked_at(site: Path) -> None:
    settings = load_settings(site)
    with closing(Ledger(site.parent / "data")) as ledger:
        desk = Desk(ledger, policy_of(settings))
        people.add_person(desk, "Marie", "2468", ["operator"], None, now())  # the clock is looked at too
        ship(desk, Blobs(site.parent / "data" / "models"), ["soft_wheat", "rice"], now())
    said = texts(check(site), "warning")
    assert len(said) == 2
    assert "silo person add" in said[0]
    assert "rice" in said[1]


def test_photos_and_models_that_are_not_whole_are_named(site: Path) -> None:
    data = site.parent / "data"
    photos, models = Blobs(data / "photos"), Blobs(data / "models")
    with closing(Ledger(data)) as ledger:
        desk = Desk(ledger, policy_of(load_settings(site)))
        ship(desk, models, ["soft_wheat"], START)
        phone = people.add_terminal(desk, "phone", "phone", START)[0]
        stored = [StoredPhoto(photos.put(data), len(data), "image/jpeg") for data in (b"1", b"22", b"333")]
        receive_capture(desk, "c1", {}, stored, phone, START)
    assert any("3 of 3 looked at, all whole" in text for text in texts(check(site), "ok"))
    photos.path(stored[0].sha256).unlink()
    photos.path(stored[1].sha256).write_bytes(b"23")
    bundle = next(path for path in (data / "models").glob("??/*"))
    bundle.write_bytes(bundle.read_bytes()[:-1])
    said = texts(check(site, "--every-photo", code=1), "problem")
    assert len(said) == 3
    assert f"{photos.path(stored[0].sha256)} is gone" in " ".join(said)
    assert f"{photos.path(stored[1].sha256)} is damaged" in " ".join(said)
    assert f"{bundle} is damaged" in " ".join(said)
    with closing(Ledger(data)):
        assert len(texts(check(site, code=1), "problem")) == 3, "beside a running station too"


PRINTERS = """
[[printers]]
id = "bureau"
kind = "cups"
queue = "{queue}"

[[printers]]
id = "pont"
kind = "escpos"
port = "{port}"
"""


def test_printers_are_looked_at_and_keep_nobody_from_working(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Cups(tmp_path / "cups", monkeypatch)
    with SocketPrinter(paper=0x72).running() as device:
        plain = site.read_text()
        site.write_text(plain + PRINTERS.format(queue="pont", port=device.target))
        found = {str(one["what"]): one for one in check(site) if str(one["what"]).startswith("printers")}
        assert found["printers[0] bureau"]["text"] == "pont is ready"
        assert device.target in str(found["printers[1] pont"]["text"])
        asked = texts(check(site, "--devices", code=1), "warning")
        assert "The printer pont has no paper" in asked
        site.write_text(plain + PRINTERS.format(queue="gone", port=device.target))
        (refused,) = [one for one in texts(check(site), "warning") if "gone" in one]
        assert refused.startswith("The print queue gone (bureau) takes nothing: lpstat: Invalid destination")
        assert device.papers() == []


def test_a_master_that_nobody_hears_is_told_and_its_folders_must_be_writable(site: Path) -> None:
    site.write_text(site.read_text() + '\n[masters]\nticket_number = "erp"\n')
    [line] = [one for one in texts(check(site), "warning") if "token" in one]
    assert "[masters] ticket_number" in line
    site.write_text(site.read_text() + '\n[exchange]\nfolder = "gestion"\n')
    assert not [one for one in texts(check(site), "warning") if "token" in one]
    (site.parent / "gestion").write_text("a file")
    [wrong] = [one for one in texts(check(site, code=1), "problem") if "gestion" in one]
    assert "may not write" in wrong
