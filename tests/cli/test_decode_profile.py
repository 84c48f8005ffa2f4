import json

from typer.testing import CliRunner

from drivers.generic.profile import find_profile
from station.cli import app

SCALE = b"ST,GS    20.7g  \r\nS    20.7g  \r\n"


def run(*words, data=b""):
    return CliRunner().invoke(app, ["decode", *words], input=data)


def test_a_recording_is_decoded_with_a_profile_of_the_person_s_own(tmp_path):
    recording = tmp_path / "scale.bin"
    recording.write_bytes(SCALE)
    result = run("--driver", "generic", "--profile", "st-weight", str(recording))
    assert result.exit_code == 0
    (line,) = result.stdout.splitlines()
    assert json.loads(line)["values"]["weight"]["value"] == 0.0207


def test_a_profile_with_a_mistake_is_told_with_file_section_and_key(tmp_path):
    recording = tmp_path / "scale.bin"
    recording.write_bytes(SCALE)
    profile = tmp_path / "scale.toml"
    profile.write_text("[profile]\nname = 3\n")
    result = run("--driver", "generic", "--profile", str(profile), str(recording))
    assert result.exit_code == 2
    assert "scale.toml: [profile] " in result.output


def test_a_profile_that_does_not_read_its_own_example_is_refused_with_the_line_and_both_values(tmp_path):
    recording = tmp_path / "scale.bin"
    recording.write_bytes(SCALE)
    shipped = find_profile("st-weight").read_text()
    profile = tmp_path / "scale.toml"
    profile.write_text(shipped.replace("weight = 0.0207", "weight = 20.7"))
    result = run("--driver", "generic", "--profile", str(profile), str(recording))
    assert result.exit_code == 2
    assert "example 1: 'ST,GS    20.7g  <CR><LF>' reads weight 0.0207 instead of weight 20.7" in result.output
