import threading
from itertools import cycle, pairwise, repeat

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from drivers.analyzer.astm import Astm, unmapped_tests
from drivers.analyzer.astm_link import ACK, ENQ, EOT, NAK, AstmLink, checksum
from drivers.errors import FrameError, OutOfTurn, SettingError
from drivers.kind import read_frame
from drivers.reading import Analyte, Basis, Flag, Frame, Reading
from drivers.simulated.astm import AstmInstrument, link_frames, result_message
from drivers.simulated.line import TcpLine
from drivers.transport import Chunk, ErrorCode
from tests.drivers.rig import AT, Running, wait_until
from tests.drivers.test_framing import CUTS, pieces

CAPTURED_H = (
    b"\x021H|\\^&|||SENAITE^Roche^c111^4.2.2.1730^1^13147|||||host|RSUPL^REAL|P|1|20230803131713\r\x17C6\r\n"
)
CAPTURED_L = b"\x027L|1|N\r\x030A\r\n"
RESULTS = {"protein": ("11.4", "%"), "moisture": ("13.1", "%"), "test_weight": ("78.2", "kg/hl")}
TESTS = "protein=protein:dm"
MESSAGE = result_message("S1", RESULTS, AT)
SESSION = ENQ + b"".join(link_frames(MESSAGE, text_limit=30)) + EOT


def read(parts, **settings):
    kind = Astm({"tests": TESTS, **settings})
    framer = kind.framer()
    frames = [frame for part in parts for frame in framer.feed(part, AT)] + framer.finish(AT)
    return [read_frame(kind, frame) for frame in frames]


def numbers(reading):
    return {analyte.value: value.value for analyte, value in reading.values.items()}


def parse(*records, tests=TESTS, marks="|\\^&"):
    head = f"H{marks}|||Lab^1|||||||P|1|20260714100322"
    text = "".join(record + "\r" for record in (head, "P|1", "O|1|S1", *records, "L|1|N"))
    return Astm({"tests": tests}).parse(Frame(text.encode("latin-1"), AT))


def one(record, **options):
    reading = parse(record, **options)
    (value,) = reading.values.values()
    return value.value, next(iter(reading.extra.get("rejected", {}).values()), None)


def test_the_captured_frames_have_the_checksums_that_are_computed():
    for frame, digits in ((CAPTURED_H, b"C6"), (CAPTURED_L, b"0A")):
        assert checksum(frame[1:-4]) == digits == frame[-4:-2]


def test_the_captured_frames_around_a_result_make_one_sample():
    def framed(number, text):
        body = b"%d" % number + text + b"\r\x17"
        return b"\x02" + body + checksum(body) + b"\r\n"

    middle = [b"P|1", b"O|1|S9", b"R|1|^^^protein|40,13|%||N||F||$SYS$||20230803131700", b"C|1|I|ok", b"C|2"]
    frames = [framed(n, text) for n, text in enumerate(middle, 2)]
    (reading,) = read([CAPTURED_H + b"".join(frames) + CAPTURED_L])
    assert numbers(reading) == {"protein": 40.13}
    assert reading.values[Analyte.PROTEIN].basis is Basis.DRY_MATTER
    assert reading.sample_id == "S9"
    assert reading.extra["sender"] == ["SENAITE", "Roche", "c111", "4.2.2.1730", "1", "13147"]
    assert str(reading.device_time) == "2023-08-03 13:17:00"


NUMBERS = st.integers(0, 600).map(lambda n: n / 10)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=3), st.integers(1, 60), CUTS)
def test_what_the_simulator_sends_is_what_is_read_however_it_is_framed_and_cut(samples, limit, cuts):
    data = b""
    for n, (protein, moisture) in enumerate(samples):
        results = {"protein": (f"{protein:.1f}", "%"), "moisture": (f"{moisture:.1f}", "%")}
        frames = link_frames(result_message(f"S{n}", results, AT), text_limit=limit)
        data += ENQ + b"".join(frames) + EOT
    readings = read(pieces(data, cuts))
    assert [(r.sample_id, *numbers(r).values()) for r in readings] == [
        (f"S{n}", *pair) for n, pair in enumerate(samples)
    ]


SENT = st.fixed_dictionaries(
    {
        "limit": st.integers(1, 60),
        "numbers": st.lists(st.integers(0, 9), min_size=1, max_size=9),
        "line_end": st.sampled_from([b"\r\n", b"\r", b"\n", b"\r\r\n", b"\n\r"]),
        "lower": st.booleans(),
        "record_end": st.sampled_from([b"\r", b"\n", b"\r\n", b"\r\r\n"]),
    }
)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=3), SENT, st.lists(st.integers(1, 3)), CUTS)
def test_right_frames_in_whatever_turn_and_however_often_lose_no_result_and_double_none(
    samples, sent, times, cuts
):
    """Frames that are equal in all their bytes and follow each other are one that came again; so no two of
    these are."""
    data, counts = b"", cycle(times or [1])
    for n, (protein, moisture) in enumerate(samples):
        results = {"protein": (f"{protein:.1f}", "%"), "moisture": (f"{moisture:.1f}", "%")}
        frames = link_frames(
            result_message(f"S{n}", results, AT),
            text_limit=sent["limit"],
            numbers=cycle(sent["numbers"]),
            line_end=sent["line_end"],
            lower=sent["lower"],
        )
        assume(all(one != other for one, other in pairwise(frames)))
        data += ENQ + b"".join(frame * next(counts) for frame in frames) + EOT
    found = read(pieces(data, cuts))
    readings = [outcome for outcome in found if isinstance(outcome, Reading)]
    assert [(r.sample_id, *numbers(r).values()) for r in readings] == [
        (f"S{n}", *pair) for n, pair in enumerate(samples)
    ]
    others = [outcome for outcome in found if not isinstance(outcome, Reading)]
    assert all(isinstance(outcome, OutOfTurn) for outcome in others)
    assert len(others) <= len(samples)


@given(SENT, CUTS)
def test_records_of_a_message_in_one_frame_end_in_any_way(sent, cuts):
    text = MESSAGE.replace(b"\r", sent["record_end"])
    parts = [text[i : i + sent["limit"]] for i in range(0, len(text), sent["limit"])]
    bodies = [b"%d" % (n % 8) + part + b"\x17" for n, part in enumerate(parts, 1)]
    data = ENQ + b"".join(b"\x02" + body + checksum(body) + sent["line_end"] for body in bodies) + EOT
    (reading,) = read(pieces(data, cuts))
    assert reading.frame.data == MESSAGE


@given(st.integers(0, len(SESSION) - 1), st.integers(0, 7), CUTS)
def test_a_flipped_bit_never_changes_a_value(spot, bit, cuts):
    data = bytearray(SESSION)
    data[spot] ^= 1 << bit
    for outcome in read(pieces(bytes(data), cuts)):
        assert isinstance(outcome, FrameError) or numbers(outcome) == {
            "protein": 11.4,
            "moisture": 13.1,
            "test_weight": 78.2,
        }


@given(st.binary(max_size=40), st.integers(0, len(SESSION)), CUTS)
def test_garbage_and_half_a_session_do_not_touch_the_next_one(garbage, cut, cuts):
    outcomes = read(pieces(SESSION[:cut] + garbage + b"\r\n" + SESSION + SESSION, cuts), framing="framed")
    good = [outcome for outcome in outcomes if isinstance(outcome, Reading)]
    assert good
    assert all(numbers(reading)["protein"] == 11.4 for reading in good)


@given(st.binary(max_size=300), st.sampled_from(["auto", "framed", "bare"]), CUTS)
def test_any_bytes_give_readings_or_reasons(data, framing, cuts):
    assert all(isinstance(o, Reading | FrameError) for o in read(pieces(data, cuts), framing=framing))
    assert isinstance(read_frame(Astm(), Frame(data, AT)), Reading | FrameError)


@given(st.sampled_from(["\r", "\n", "\r\n", "\r\r\n"]), CUTS)
def test_records_without_a_link_are_read_from_header_to_terminator(end, cuts):
    data = b"noise\r" + MESSAGE.replace(b"\r", end.encode()) * 2
    assert [r.sample_id for r in read(pieces(data, cuts))] == ["S1", "S1"]
    assert read([data], framing="framed") == []


def test_a_line_that_speaks_frames_takes_no_bare_records():
    assert read([ENQ + MESSAGE]) == []


def test_each_sample_of_a_message_is_a_reading_of_its_own_with_the_same_header():
    text = (
        b"H|\\^&|||Lab|||||||P|1|20260714100322\rP|1|A\rO|1|S1\rR|1|^^^moisture|13.1|%\r"
        b"O|2|S2\rR|1|^^^moisture|14.2|%\rP|2|B\rO|1|S3\rR|1|^^^moisture|15.3|%\rC|1|I|x\rL|1|N\r"
    )
    readings = read([text])
    assert [(r.sample_id, numbers(r)["moisture"]) for r in readings] == [
        ("S1", 13.1),
        ("S2", 14.2),
        ("S3", 15.3),
    ]
    assert len({r.identity for r in readings}) == 3


def test_a_message_without_results_is_no_reading():
    assert read([b"H|\\^&\rQ|1|^S1||ALL\rL|1|N\r", b"H|\\^&\rL|1|N\r"]) == []


def test_delimiters_are_those_of_the_header():
    text = "H|@^\\|||Gene^Xpert|||||||P|1|20260714100322\rO|1|S\\F\\1@x\rR|1|^^^moisture|13.1@9|%\rL|1|N\r"
    reading = Astm().parse(Frame(text.encode(), AT))
    assert (reading.sample_id, numbers(reading)) == ("S|1", {"moisture": 13.1})
    for header in ("H||^&", "H|", "HABCD", "X|\\^&", ""):
        with pytest.raises(FrameError):
            Astm().parse(Frame(f"{header}\rR|1|^^^moisture|13.1|%\rL|1|N\r".encode(), AT))


def test_test_codes_of_the_instrument_are_named_by_the_setting():
    tests = "413=protein:m13_5, H2O=moisture"
    assert one("R|1|^^^413^x|11.4|%", tests=tests) == (11.4, None)
    assert one("R|1|H2O|13.1|%", tests=tests) == (13.1, None)
    assert parse("R|1|^^^ash|0.5|%").extra["unknown"] == {"ash": "0.5 %"}
    for wrong in ("413", "413=ash", "413=protein:wet", "=protein"):
        with pytest.raises(SettingError, match="analytes: moisture"):
            Astm({"tests": wrong})


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ("R|1|^^^moisture|----|%", "no number"),
        ("R|1|^^^moisture||%", "no number"),
        ("R|1|^^^moisture|<5|%", "not a number"),
        ("R|1|^^^moisture|13.1|", "unit"),
        ("R|1|^^^moisture|13.1|g/kg", "unit"),
        ("R|1|^^^moisture|99|%", "cannot be true"),
        ("R|1|^^^moisture|13.1|%||N||P", "not final"),
        ("R|1|^^^oil|44|%", "basis is missing"),
        ("R|1|^^^don|1,250|µg/kg", "may be thousands"),
    ],
)
def test_a_result_that_cannot_be_taken_is_none_with_its_reason(record, why):
    value, reason = one(record)
    assert value is None
    assert why in reason


def test_the_same_analyte_twice_is_kept_only_where_both_agree():
    assert one("R|1|^^^moisture|13.1|%\rR|2|^^^moisture|13.10|%") == (13.1, None)
    assert one("R|1|^^^moisture|13.1|%\rR|2|^^^moisture|13.2|%")[0] is None


def test_the_sample_is_named_by_the_instrument_where_the_order_has_no_other_name():
    def read_order(order, patient="P|1"):
        text = f"H|\\^&\r{patient}\r{order}\rR|1|^^^moisture|13.1|%\rL|1|N\r"
        reading = Astm().parse(Frame(text.encode(), AT))
        return reading.sample_id, reading.extra["lot"]

    assert read_order("O|1|S1|9") == ("S1", None)
    assert read_order("O|1||S9^2^3", "P|1||LOT-7") == ("S9", "LOT-7")
    assert read_order("O|1| |S9", "P|1|LOT-7|x") == ("S9", "LOT-7")
    assert read_order("O|1||") == (None, None)


def test_of_several_unmapped_tests_none_hides_another():
    sent = "R|1|^^^PROT^1|11.4|%\rR|2|^^^PROT^2|12.5|%\rR|3|^^^ASH|0.5|%\rR|4|^^^ASH|0.6|%\rR|5||7|%"
    reading = parse(sent)
    assert reading.extra["unknown"] == {
        "PROT^1": "11.4 %",
        "PROT^2": "12.5 %",
        "ASH": "0.5 %; 0.6 %",
        "": "7 %",
    }
    assert unmapped_tests(reading) == reading.extra["unknown"]
    assert numbers(parse(sent, tests="PROT^2=protein:dm")) == {"protein": 12.5}
    assert parse(sent, tests="PROT^2=protein:dm").extra["unknown"]["PROT^1"] == "11.4 %"


def test_results_of_a_patient_without_an_order_are_a_sample_of_their_own():
    text = b"H|\\^&\rP|1|A\rO|1|S1\rR|1|^^^moisture|13.1|%\rP|2|B\rR|1|^^^moisture|14.2|%\rL|1|N\r"
    assert [(r.extra["lot"], numbers(r)["moisture"]) for r in read([text])] == [("A", 13.1), ("B", 14.2)]


def test_other_units_are_converted():
    assert one("R|1|^^^test_weight|60.5|lb/bu")[0] == pytest.approx(60.5 * 1.2872)


def test_control_characters_in_records_are_refused():
    with pytest.raises(FrameError, match="control"):
        parse("R|1|^^^moisture|13.1|%\x00")


def outcomes(units):
    return [read_frame(Astm({"tests": TESTS}), frame) for unit in units for frame in unit.frames]


def reasons(units):
    return [outcome.reason for outcome in outcomes(units)]


class Line:
    """Both ends of a link by hand."""

    def __init__(self):
        self.link = AstmLink()
        self.now = 0.0
        self.link.start(0.0)

    def say(self, data):
        units = self.link.hear(Chunk(data), AT, self.now)
        return units, self.answers()

    def answers(self):
        return b"".join(say.data for say in self.link.take_says(self.now))


def test_every_frame_is_acknowledged_and_the_last_one_only_after_the_commit():
    line = Line()
    frames = link_frames(MESSAGE)
    assert line.say(ENQ) == ([], ACK)
    for frame in frames[:-1]:
        assert line.say(frame) == ([], ACK)
    (unit,), answer = line.say(frames[-1])
    assert (answer, len(unit.frames)) == (b"", 1)
    assert line.say(frames[-1]) == ([], b"")
    line.link.confirm(unit.token)
    assert line.answers() == ACK
    assert line.say(EOT) == ([], b"")


def test_a_damaged_frame_is_asked_for_again_and_a_doubled_one_taken_once():
    line = Line()
    frames = link_frames(MESSAGE)
    line.say(ENQ)
    assert line.say(frames[0].replace(b"Simulated", b"simulated")) == ([], NAK)
    assert line.say(frames[0]) == ([], ACK)
    for frame in frames[1:-1]:
        assert line.say(frame) == ([], ACK)
    (unit,), _ = line.say(frames[-1])
    assert unit.frames[0].data == MESSAGE


def test_while_a_message_is_not_safe_another_one_is_told_to_wait():
    line = Line()
    units, _ = line.say(ENQ + b"".join(link_frames(MESSAGE)))
    assert line.say(EOT + ENQ) == ([], NAK)
    line.link.confirm(units[0].token)
    assert line.answers() == b""
    assert line.say(ENQ) == ([], ACK)


def test_a_message_broken_off_is_given_up_with_its_reason():
    line = Line()
    frames = link_frames(MESSAGE)
    line.say(ENQ + frames[0] + frames[1])
    units, _ = line.say(EOT)
    assert "no terminator record" in reasons(units)[0]
    line.say(ENQ + frames[0])
    line.now = 31.0
    assert "no terminator record" in reasons(line.link.note_quiet(AT, line.now))[0]
    assert line.link.note_quiet(AT, line.now) == []
    assert line.link.noise == 0


def test_records_before_any_header_are_refused_with_their_reason_and_told_once():
    line = Line()
    frames = link_frames(MESSAGE)
    units, answer = line.say(ENQ + frames[2])
    assert (answer, len(units)) == (ACK + NAK, 1)
    assert "header" in reasons(units)[0]
    assert line.say(frames[2]) == ([], NAK)
    assert line.say(EOT) == ([], b"")


def test_a_frame_of_the_last_number_and_other_bytes_is_taken_and_told_once_a_message():
    line = Line()
    frames = link_frames(MESSAGE, numbers=repeat(1))
    line.say(ENQ)
    assert line.say(frames[0]) == ([], ACK)
    told, answer = line.say(frames[1])
    assert (answer, [type(outcome) for outcome in outcomes(told)]) == (ACK, [OutOfTurn])
    for frame in frames[2:-1]:
        assert line.say(frame) == ([], ACK)
        assert line.say(frame) == ([], ACK)
    (unit,), answer = line.say(frames[-1])
    assert (answer, unit.frames[0].data) == (b"", MESSAGE)
    line.link.confirm(unit.token)
    assert line.answers() == ACK
    assert len(line.say(frames[0])[0]) == 1


@given(SENT, st.lists(st.integers(1, 3), min_size=1), st.none() | st.lists(st.booleans(), min_size=1))
def test_on_a_line_every_right_frame_is_acknowledged_and_only_a_damaged_one_is_not(sent, times, damaged):
    line, counts, spoils = Line(), cycle(times), cycle(damaged or [False])
    numbers = None if damaged else cycle(sent["numbers"])
    options = {"numbers": numbers, "line_end": sent["line_end"], "lower": sent["lower"]}
    *frames, last = link_frames(MESSAGE, text_limit=sent["limit"], **options)
    assume(all(one != other for one, other in pairwise([*frames, last])))
    line.say(ENQ)
    told = []
    for frame in frames:
        if next(spoils):
            assert line.say(frame[:2] + b"#" + frame[2:]) == ([], NAK)
        for _ in range(next(counts)):
            units, answer = line.say(frame)
            told += units
            assert answer == ACK
    units, answer = line.say(last)
    assert answer == b""
    assert line.say(last) == ([], b"")
    line.link.confirm(units[-1].token)
    assert line.answers() == ACK
    assert units[-1].frames[0].data == MESSAGE
    assert all(isinstance(outcome, OutOfTurn) for outcome in outcomes(told + units[:-1]))


def test_a_number_left_out_is_told_and_its_frame_taken():
    line = Line()
    frames = link_frames(MESSAGE, numbers=[1, 2, 4, 5, 6, 7, 8])
    line.say(ENQ)
    units = [unit for frame in frames for unit in line.say(frame)[0]]
    told, reading = outcomes(units)
    assert isinstance(told, OutOfTurn)
    assert numbers(reading) == {"protein": 11.4, "moisture": 13.1, "test_weight": 78.2}


@pytest.mark.parametrize("damage", [lambda f: f[:4] + b"#" + f[5:], lambda f: f[1:]])
def test_nothing_is_joined_across_a_frame_that_was_asked_for_again_and_did_not_come(damage):
    line = Line()
    frames = link_frames(MESSAGE, text_limit=20)
    line.say(ENQ + frames[0] + damage(frames[1]))
    units, answer = line.say(frames[2])
    assert answer == NAK
    assert isinstance(outcomes(units)[0], OutOfTurn)
    assert line.say(frames[2]) == ([], NAK)
    line.say(b"".join(frames[1:-1]))
    (unit,), _ = line.say(frames[-1])
    assert unit.frames[0].data == MESSAGE


def test_an_instrument_that_begins_anew_in_the_middle_of_a_frame_is_heard():
    line = Line()
    line.say(ENQ + link_frames(MESSAGE)[0][:20] + ENQ)
    line.now = 3.0
    line.link.note_quiet(AT, line.now)
    assert line.answers() == ACK
    assert line.say(ENQ + EOT) == ([], ACK)


@pytest.fixture
def converter():
    line = TcpLine()
    yield line
    line.close()


def test_an_instrument_on_a_real_line_is_answered_after_the_station_has_committed(converter):
    instrument = AstmInstrument(converter, ack_timeout_s=5.0, busy_pause_s=0.02)
    sent = []
    with Running("astm", f"tcp:127.0.0.1:{converter.port}", confirm=False) as running:
        wait_until(lambda: converter.is_connected)
        thread = threading.Thread(target=lambda: sent.append(instrument.send("S1", RESULTS, AT, damage=[1])))
        thread.start()
        wait_until(lambda: running.got)
        assert not sent
        running.driver.confirm(running.got[0])
        thread.join(5)
    assert sent == [True]
    assert instrument.received.count(NAK) == 1
    assert [d.reading.sample_id for d in running.got] == ["S1"]
    assert Flag.DUPLICATE not in running.got[0].reading.flags


def test_an_instrument_that_numbers_every_frame_1_is_read_and_its_device_tells_it(converter):
    instrument = AstmInstrument(
        converter, ack_timeout_s=5.0, frames=lambda message: link_frames(message, numbers=repeat(1))
    )
    with Running("astm", f"tcp:127.0.0.1:{converter.port}", settings={"tests": TESTS}) as running:
        wait_until(lambda: converter.is_connected)
        assert instrument.send("S1", RESULTS, AT) is True
        wait_until(lambda: running.state == "live" and len(running.got) == 2)
        health = running.driver.health()
    assert [d.reading.sample_id for d in running.got if d.reading] == ["S1"]
    assert (health.bad_frames, health.last_error.code) == (1, ErrorCode.OUT_OF_TURN)
    assert "compare" in health.last_error.text


def test_a_message_that_never_ends_is_an_error_of_the_device(converter):
    instrument = AstmInstrument(
        converter, ack_timeout_s=5.0, frames=lambda message: link_frames(message)[:-1]
    )
    with Running("astm", f"tcp:127.0.0.1:{converter.port}") as running:
        wait_until(lambda: converter.is_connected)
        assert instrument.send("S1", RESULTS, AT) is True
        wait_until(lambda: running.state == "fault")
        health = running.driver.health()
    assert health.last_error.code is ErrorCode.NOT_UNDERSTOOD
    assert "send the whole result again" in health.last_error.text


def test_a_message_whose_acknowledgement_was_lost_comes_again_with_the_same_identity(converter):
    instrument = AstmInstrument(converter, ack_timeout_s=0.3, busy_pause_s=0.02)
    with Running("astm", f"tcp:127.0.0.1:{converter.port}", confirm=False) as running:
        wait_until(lambda: converter.is_connected)
        assert instrument.send("S1", RESULTS, AT) is False
        running.driver.confirm(running.got[0])
        running._confirm = True
        assert instrument.send("S1", RESULTS, AT) is True
    assert len(running.got) == 2
    assert len({d.reading.identity for d in running.got}) == 1
    assert len(instrument.log.countable()) == 1
