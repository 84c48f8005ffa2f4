"""What a person sends down is read and checked before anything is kept."""

from pathlib import Path

import pytest

from station.hub.outgoing import OutgoingWrong, outgoing

EXAMPLE = Path(__file__).parents[2] / "examples/form.json"


def test_a_form_is_sent_under_its_own_name_and_a_hostile_one_is_not(tmp_path: Path) -> None:
    sent = outgoing("form", EXAMPLE, None, "harvest")
    assert (sent.kind, sent.name, sent.body) == ("form", "reception", EXAMPLE.read_bytes())
    hostile = tmp_path / "form.json"
    hostile.write_text(EXAMPLE.read_text(encoding="utf-8").replace('"minimum"', '"pattern"'))
    with pytest.raises(OutgoingWrong, match="unknown"):
        outgoing("form", hostile, None, "harvest")
    hostile.write_bytes(b"\xff\xfe")
    with pytest.raises(OutgoingWrong):
        outgoing("form", hostile, None, "harvest")
