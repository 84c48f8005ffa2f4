"""The site file gets one more section and keeps every byte; recordings read the same again."""

import shutil
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.simulated.toledo import message
from station.checks import Wish, check_site
from station.commissioning.recording import keep_recording, replay_recording, replay_recordings
from station.commissioning.section import append_section, section_of
from station.setting_problems import SettingsError
from station.site.file import Instrument
from station.site.read import load_settings

EXAMPLES = Path(__file__).parents[2] / "examples"
AT = datetime(2026, 7, 14, 10, 3, 22, tzinfo=UTC)
BRIDGE = Instrument(
    id="bridge-2", name="Pont 2", driver="toledo-continuous", port="tcp:10.0.0.9:4001", serial_number="T-9",
    verified_until=date(2027, 5, 31), settings={"checksum": "on"},
)  # fmt: skip

AT = datetime(2026, 7, 20, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name in ("site.toml", "rules.toml"):
        shutil.copy(EXAMPLES / name, tmp_path / name)
    return tmp_path / "site.toml"


def test_the_section_is_appended_and_the_rest_stays_byte_for_byte(site: Path) -> None:
    before = site.read_bytes()
    append_section(site, BRIDGE)
    assert site.read_bytes().startswith(before)
    added = load_settings(site).instruments[-1]
    assert (added.id, added.settings, added.verified_until) == (
        "bridge-2",
        {"checksum": "on"},
        date(2027, 5, 31),
    )
    assert sorted(path.name for path in site.parent.iterdir()) == ["rules.toml", "site.toml"]


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n\n", b"# last words"])
def test_it_does_not_matter_how_the_file_ends(site: Path, end: bytes) -> None:
    site.write_bytes(site.read_bytes().rstrip(b"\n") + b"\n" + end)
    append_section(site, BRIDGE)
    assert len(load_settings(site).instruments) == 4


def test_an_id_used_twice_leaves_the_file_as_it_was(site: Path) -> None:
    before = site.read_bytes()
    with pytest.raises(SettingsError, match="used twice"):
        append_section(site, BRIDGE.model_copy(update={"id": "gac"}))
    assert site.read_bytes() == before


@given(st.text(min_size=1), st.text(), st.dictionaries(st.sampled_from(["checksum", "form"]), st.text()))
def test_any_text_is_written_as_toml_that_reads_back(name: str, serial: str, chosen: dict[str, str]) -> None:
    def is_text(text: str) -> bool:
        return not any("\ud800" <= character <= "\udfff" for character in text)

    new = BRIDGE.model_copy(update={"name": name, "serial_number": serial, "settings": chosen})
    if not all(map(is_text, [name, serial, *chosen.values()])):
        return
    row = tomllib.loads(section_of(new))["instruments"][0]
    assert (row["name"], row.get("serial_number", ""), row.get("settings", {})) == (name, serial, chosen)


def test_a_recording_reads_the_same_again(tmp_path: Path) -> None:
    data = b"\xff" + message(43_120) * 3
    assert keep_recording(tmp_path / "r", "bridge", data, "toledo-continuous", {}, "tcp:x:1", AT) == 3
    assert replay_recordings(tmp_path / "r") == {"bridge": None}
    assert (tmp_path / "r" / "bridge.bin").read_bytes() == data


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda folder: (folder / "b.bin").write_bytes(message(43_140) * 2), "reading 1 differs"),
        (lambda folder: (folder / "b.bin").write_bytes(message(43_120)), "1 readings instead of 2"),
        (lambda folder: (folder / "b.bin").unlink(), "cannot be read"),
        (lambda folder: (folder / "b.json").write_text('{"driver": 7}'), "cannot be read"),
        (lambda folder: (folder / "b.json").write_text("[]"), "cannot be read"),
    ],
)
def test_a_recording_that_reads_otherwise_says_how(tmp_path: Path, change: object, says: str) -> None:
    keep_recording(tmp_path, "b", message(43_120) * 2, "toledo-continuous", {}, "tcp:x:1", AT)
    change(tmp_path)  # type: ignore[operator]
    problem = replay_recording(tmp_path, "b")
    assert problem is not None
    assert says in problem


def test_the_sites_check_replays_what_was_recorded(site: Path) -> None:
    folder = site.parent / "recordings"
    keep_recording(folder, "bridge", message(43_120), "toledo-continuous", {}, "tcp:x:1", AT)
    (folder / "bridge.bin").write_bytes(message(43_100))
    findings = check_site(site, AT, "en")
    (finding,) = (one for one in findings if one.what == "recording bridge")
    assert not finding.good
    assert "43120.0" in finding.text


def test_the_check_warns_of_a_bridge_whose_size_nobody_settled(site: Path) -> None:
    append_section(site, BRIDGE)
    warned = [one for one in check_site(site, AT, "en") if one.level == "warning"]
    assert [(one.what, one.good) for one in warned] == [("instruments[3] bridge-2", True)]
    assert "fixed_zero (in_digits | appended)" in warned[0].text


def test_a_setting_of_a_kind_behind_a_board_is_one_key_of_the_file(site: Path) -> None:
    settings = {"driver": "st-gs", "inner.separator": "decimal"}
    board = BRIDGE.model_copy(
        update={"driver": "tasmota", "port": "mqtt://127.0.0.1/tele/b/+", "settings": settings}
    )
    append_section(site, board)
    assert load_settings(site).instruments[-1].settings == settings


def test_the_example_site_passes_on_a_machine_without_devices_and_opens_no_line(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_line(*_args: object, **_more: object) -> None:
        raise AssertionError("a line was opened")

    monkeypatch.setattr("drivers.transport.tcp.TcpTransport.open", open_line)
    monkeypatch.setattr("drivers.transport.serial_port.SerialTransport.open", open_line)
    monkeypatch.setattr("socket.create_connection", open_line)
    findings = check_site(site, AT, "en")
    assert [finding.text for finding in findings if not finding.good] == []
    assert [one.what for one in findings if "--devices" in one.text] == [
        "instruments[0] bridge", "instruments[1] gac", "instruments[2] nir"
    ]  # fmt: skip


def test_lines_are_tried_when_that_is_asked_for(site: Path) -> None:
    text = site.read_text().replace("tcp:10.0.0.12:1470", "tcp:127.0.0.1:9")
    site.write_text(text.replace("mqtt://127.0.0.1:1883", "mqtt://127.0.0.1:9"))
    findings = {one.what: one for one in check_site(site, AT, "en", Wish(devices=True))}
    bridge, gac = findings["instruments[0] bridge"], findings["instruments[1] gac"]
    assert not bridge.good
    assert "does not exist" in bridge.text
    assert not gac.good
    assert not findings["instruments[2] nir"].good


PROFILE = """
[profile]
name = "Scale"
category = "weighbridge"
evidence = "captured"
commissioned = false
source = "here"
[framing]
end = "line"
[extract]
method = "columns"
width = 8
fields = { weight = [1, 5] }
[values.weight]
unit = "kg"
[stability]
rule = "equal"
[[examples]]
sent = "43120 kg<CR><LF>"
origin = "captured"
weight = 4312.0
"""


def test_a_profile_that_does_not_read_its_own_example_fails_the_check_with_the_line_and_both_values(
    site: Path,
) -> None:
    (site.parent / "scale.toml").write_text(PROFILE)
    append_section(
        site, BRIDGE.model_copy(update={"driver": "generic", "settings": {"profile": "scale.toml"}})
    )
    (bad,) = (one for one in check_site(site, AT, "en") if not one.good)
    assert "instruments[3] bridge-2" in bad.what
    for text in ("43120 kg<CR><LF>", "reads weight 43120", "instead of weight 4312"):
        assert text in bad.text
