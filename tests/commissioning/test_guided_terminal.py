"""A device that nobody knows, described at a real terminal, in English and French."""

import json
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.simulated.line import PtyLine
from station.checks import check_site
from station.commissioning.recording import keep_recording, replay_recordings
from tests.commissioning.rig import ROOT, Terminal, saying

pytestmark = pytest.mark.long

AT = datetime(2026, 7, 14, 10, 3, 22, tzinfo=UTC)
WEIGHTS = [(43_120, "R")] * 4 + [(20_340, "M"), (9_800, "M")] + [(0, "R")] * 3
LINES = [b"N7|%s|%7d|%03d\r\n" % (state.encode(), kg, n) for n, (kg, state) in enumerate(WEIGHTS)]
QUESTIONS = [
    ("part its messages", ""), ("What does the display show", "43 120 kg"), ("Enter if that is all", ""),
    ("No unit is seen", ""), ("Is it so", ""), ("while the weight moved", "line with |M|"),
    ("stood still", ""), ("Below zero", ""), ("Is it so", ""), ("address of the head", ""),
    ("Maker and model", "Numa 7"), ("Another reading", "0 kg"), ("Another reading", ""),
    ("Now the profile reads", ""), ("Does it show", ""),
]  # fmt: skip
SECTION = [("Id in", "bridge-2"), ("Name for people", "North"), ("Serial number", "")]


def test_an_unknown_device_ends_in_a_profile_that_is_checked_and_plugged_in(
    site: Path, tmp_path: Path
) -> None:
    line = PtyLine(tmp_path / "ttyNEW")
    with saying(line, LINES):
        person = Terminal(site.parent, "--config", str(site), "--listen", "2")
        person.answer([("Number or address", str(line.path))])
        for wanted in ("100% text", "messages alike", "9600 8N1 is taken", "Press Enter"):
            person.see(wanted)
        for wanted in ("bytes,", "lines", "<CR><LF>", "0d 0a", "20340", "|R|      0|"):
            person.see(wanted)
        person.type()
        person.answer([*QUESTIONS, *SECTION])
        person.see("[[instruments]]")
        person.see('"driver": "generic"')
        assert person.close() == 0
    file = site.parent / "profiles" / "numa-7.toml"
    examples = tomllib.loads(file.read_text())["examples"]
    assert [one["flags"] for one in examples] == [["stable"], ["motion"], ["stable", "zero"]]
    assert [one["weight"] for one in examples if "stable" in one["flags"]] == [43_120.0, 0.0]
    assert tomllib.loads(site.read_text())["instruments"][-1]["settings"] == {"profile": str(file)}
    assert [
        finding.text
        for finding in check_site(site, datetime(2026, 7, 20, tzinfo=UTC), "en")
        if not finding.good
    ] == []
    assert replay_recordings(site.parent / "recordings") == {"bridge-2": None}
    assert list(site.parent.glob("unread-*")) == []


def test_a_profile_with_a_wrong_example_is_refused_before_anything_is_heard(site: Path) -> None:
    shipped = (ROOT / "drivers" / "profiles" / "st-weight.toml").read_text()
    own = site.parent / "scale.toml"
    own.write_text(shipped.replace("weight = 59.6", "weight = 596"))
    person = Terminal(site.parent, "--config", str(site), "--profile", str(own))
    person.answer([("Number or address", "tcp:127.0.0.1:9")])
    person.see("'ST,GS     59.6kg<CR><LF>' reads weight 59.6 instead of weight 596")
    assert person.close() == 2


def test_a_silent_line_says_what_to_check_and_the_setting_is_changed_by_a_key(
    site: Path, tmp_path: Path
) -> None:
    line = PtyLine(tmp_path / "ttyNEW")
    person = Terminal(site.parent, "--config", str(site), "--line", "4800-7E1", "--listen-only")
    person.answer([("Number or address", str(line.path))])
    for wanted in (
        "4800 7E1: silent",
        "Press Enter",
        "Nothing was heard for",
        "TX and RX",
        "baud rate",
        "PRINT",
    ):
        person.see(wanted)
    person.type("b")
    person.answer([("Line setting", "9600-9N1"), ("Type it as 9600-8N1", "9600-8N1")])
    person.see("9600 8N1 is taken")
    with saying(line, LINES):
        person.see("|M|")
        person.type()
        person.see("part its messages")
        person.process.kill()
    assert person.close() != 0


def test_a_driver_that_shows_something_else_is_refused_and_the_lines_are_described(
    site: Path, tmp_path: Path
) -> None:
    line = PtyLine(tmp_path / "ttyNEW")
    with saying(line, [b"ST,GS,  4312.0kg\r\n"]):
        person = Terminal(site.parent, "--config", str(site), "--listen", "2")
        person.answer([("Number or address", str(line.path)), ("Press Enter", ""), ("Number", "0")])
        person.see("part its messages")
        person.process.kill()
    person.close()


def test_the_search_is_ended_by_typing_a_setting(site: Path, tmp_path: Path) -> None:
    line = PtyLine(tmp_path / "ttyNEW")
    person = Terminal(site.parent, "--config", str(site), "--listen", "0.2", "--listen-only")
    person.answer([("Number or address", str(line.path)), ("Enter ends the search", "2400-7E1")])
    person.see("Press Enter")
    with saying(line, LINES):
        person.see("|M|")
        person.type()
        person.see("part its messages")
        person.process.kill()
    person.close()


def test_a_setting_that_is_none_is_told(site: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "station.cli", "commission", "--config", str(site), "--line", "fast"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "9600-8N1" in done.stderr


def test_the_questions_are_asked_in_french(site: Path, tmp_path: Path) -> None:
    line = PtyLine(tmp_path / "ttyNEW")
    with saying(line, LINES):
        person = Terminal(site.parent, "--config", str(site), "--listen", "2", language="fr_FR")
        person.answer([("Numéro ou adresse", str(line.path))])
        for wanted in ("de texte", "est retenu", "Entrée", "octets,", "lignes", "|M|", "43120"):
            person.see(wanted)
        person.type()
        for question, text in [
            ("sépare-t-il ses messages", ""), ("Que montre l'afficheur", "43,12 t"),
            ("Entrée si c'est tout", ""), ("Aucune unité", "0"), ("Est-ce bien cela", ""),
            ("où le poids bougeait", "0"),
        ]:  # fmt: skip
            person.answer([(question, text)])
        person.see("valent pour stables")
        person.process.kill()
    person.close()


@pytest.mark.parametrize("pieces", [[9, 9, 9], None])
def test_messages_that_only_silence_parts_are_kept_apart_in_a_recording(
    tmp_path: Path, pieces: list[int] | None
) -> None:
    profile = tmp_path / "gap.toml"
    profile.write_text(
        '[profile]\nname = "g"\ncategory = "weighbridge"\nevidence = "captured"\ncommissioned = false\n'
        'source = "x"\n[framing]\ngap_ms = 100\nlength = 9\n[extract]\nmethod = "regex"\n'
        'pattern = \'(?P<weight>[0-9]{6}) kg\'\n[values.weight]\nunit = "kg"\n[stability]\nrule = "equal"\n'
    )
    data, settings = b"043120 kg041980 kg000000 kg", {"profile": str(profile)}
    folder = tmp_path / "recordings"
    kept = keep_recording(folder, "g", data, "generic", settings, "serial:x", AT, pieces=pieces)
    assert kept == (3 if pieces else 0)
    assert replay_recordings(folder) == {"g": None}
    assert json.loads((folder / "g.json").read_text()).get("pieces") == pieces
