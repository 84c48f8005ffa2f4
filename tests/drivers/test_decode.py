import pytest

from drivers.decode import decode
from drivers.errors import FrameError, SettingError
from drivers.reading import Reading
from drivers.simulated.toledo import message
from tests.drivers.rig import AT

GAC = b" ,29/03/22,14:20:14,11.9,70.7,30.3,28.9,29.7,SOJA ARG,S/N: 0000-00000, 2, 895,2305, 303,070815"


def run(data, kind, **settings):
    results = list(decode([data], kind, settings, at=AT))
    return (
        [r for r in results if isinstance(r, Reading)],
        [r for r in results if isinstance(r, FrameError)],
    )


def test_every_frame_of_a_continuous_recording_comes_out_and_nothing_is_reduced():
    readings, errors = run(message(43120) * 700, "toledo-continuous")
    assert len(readings) == 700
    assert errors == []
    assert {r.frame.at for r in readings} == {AT}
    assert readings[0].as_dict()["raw"] == message(43120).hex()


def test_noise_half_and_damaged_messages_come_out_as_errors_with_their_bytes():
    good = message(43120)
    wrong = good[:-1] + b"\x7f"
    readings, errors = run(b"noise" + good + good[:6] + good + wrong + good, "toledo-continuous")
    assert len(readings) == 3
    assert sorted(error.data for error in errors) == sorted([b"noise", good[:6], wrong])


def test_the_last_line_of_a_file_needs_no_terminator():
    readings, errors = run(GAC + b"\r\n" + GAC, "gac2100-csv01")
    assert (len(readings), errors) == (2, [])
    assert readings[1].frame.data == GAC


def test_a_megabyte_without_any_message_is_told_in_bounded_pieces():
    readings, errors = run(b"\x00" * 1_000_000, "toledo-continuous")
    assert readings == []
    assert sum(len(error.data) for error in errors) == 1_000_000
    assert max(len(error.data) for error in errors) <= 256


def test_a_wrong_setting_is_told_before_anything_is_read():
    with pytest.raises(SettingError):
        decode(iter(()), "gac2100-csv01", {"date_order": "x"}, at=AT)
    with pytest.raises(SettingError):
        decode(iter(()), "unheard-of", {}, at=AT)
