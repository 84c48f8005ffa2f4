"""A person describes devices of invented formats on their own lines, and the profile reads them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import xor
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from drivers.decode import decode
from drivers.reading import Flag, Reading
from station.cli.console import Console
from station.cli.guide import GivenUp, guide
from station.cli.recorder import Recorder
from station.cli.say import now
from station.commissioning.own_profile import glyphs
from station.commissioning.partings import Piece

Answers = Sequence[tuple[str, str]]
MOVING = "the number of a line in motion"
MODEL = ("Maker and model", "Invented 1")


class Person(Console):
    """Answers questions by words of theirs or before them, each once and in any order; others by Enter.
    Reads off the screen which line was heard while the weight `moved`."""

    def __init__(self, answers: Answers, moved: Sequence[bytes], capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__()
        self.answers, self._moved, self._capsys = [*answers, MODEL], moved, capsys
        self.screen = ""

    def ask(
        self,
        question: str,
        problem: Callable[[str], str | None] = lambda _text: None,
        default: str | None = None,
        *,
        shows_default: bool = False,
    ) -> str:
        screen = self._capsys.readouterr().err
        self.screen += f"{screen}{question}\n"
        entry = next((one for one in self.answers if one[0] in screen + question), None)
        if entry is None:
            assert default is not None, f"no answer to the last question of\n{self.screen}"
            return default
        self.answers.remove(entry)
        answer = self._line_in_motion(screen) if entry[1] == MOVING else entry[1]
        assert problem(answer) is None, (question, problem(answer))
        return answer or default or ""

    def take(self, seconds: float = 0.1) -> str | None:
        return ""

    def _line_in_motion(self, screen: str) -> str:
        rows = [re.match(r" *([0-9]+)  (.+)", row) for row in screen.splitlines()]
        texts = [glyphs(one.decode("latin-1")) for one in self._moved]
        return next(row[1] for row in reversed(rows) if row and any(row[2] in text for text in texts))


def recorder_of(pieces: Sequence[Piece]) -> Recorder:
    fake = SimpleNamespace(pieces=list(pieces), step=lambda: None, rows=list)
    return cast(Recorder, fake)


def pieces_of(messages: Sequence[bytes], every_s: float = 0.2) -> list[Piece]:
    return [Piece(message, 10.0 + every_s * number) for number, message in enumerate(messages)]


def sealed(body: bytes, behind: bytes = b"", *, form: str = "%02X") -> bytes:
    return body + (form % reduce(xor, body)).encode() + behind


def summed_up(body: bytes) -> bytes:
    return body + b"%03d\r" % (sum(body) & 0xFF)


def summed(body: bytes) -> bytes:
    return body + bytes([sum(body[1:]) & 0xFF])


# At rest with a load, moving, at rest with little, empty.
HEARD = [(43_120, True)] * 4 + [(41_980, False), (20_340, False), (980, False)] + [(0, True)] * 4
HEARD += [(12_060, False)] + [(43_120, True)] * 4


@dataclass(frozen=True)
class Format:
    """`say` writes a weight as the device does, at rest or not; `step_kg` is its unit."""

    name: str
    say: Callable[[int, bool], bytes]
    answers: Answers
    shows_mark: bool = True
    refused: Sequence[bytes] = ()
    below_zero: bytes | None = None
    step_kg: float = 1.0


counter = iter(range(10_000))
FORMATS = [
    Format(
        "fixed width with leading zeros, the letter behind",
        lambda n, rest: b"WT%07d kg %c\r\n" % (n, b"S" if rest else b"M"),
        [("What does the display show", "43 120 kg"), ("line while the weight moved", MOVING)],
        refused=[b"WT0043120 kg O\r\n", b"TA0043120 kg S\r\n", b"WT004312 kg S\r\n"],
        below_zero=b"WT-000120 kg S\r\n",
    ),
    Format(
        "STX and ETX, the letter before, no unit",
        lambda n, rest: b"\x02%c %7d\x03" % (b" " if rest else b"*", n),
        [
            ("What does the display show", "43120"),
            ("Which unit", "kg"),
            ("line while the weight moved", MOVING),
        ],
        refused=[b"\x02? 43120\x03"],
        below_zero=b"\x02     -120\x03",
    ),
    Format(
        "no line end, a digit for the state",
        lambda n, rest: b"=%c%07d" % (b"0" if rest else b"1", n),
        [
            ("What does the display show", "43120 kg"),
            ("that is all of the number", "2-8"),
            ("line while the weight moved", MOVING),
            ("In which column is the mark", "1"),
        ],
    ),
    Format(
        "nothing but digits and pauses",
        lambda n, rest: b"%08d" % n,
        [("What does the display show", "43120"), ("Which unit", "kg"), ("line while the weight moved", "0")],
        shows_mark=False,
    ),
    Format(
        "the sign at the end, comma decimals, tonnes",
        lambda n, rest: (
            b"%s %s+t\r" % (b"ST" if rest else b"US", f"{n / 1000:07.3f}".replace(".", ",").encode())
        ),
        [
            ("What does the display show", "43,12 t"),
            ("line while the weight moved", MOVING),
        ],
        below_zero=b"ST 000,120-t\r",
    ),
    Format(
        "gross, tare, net and a counter, an address before",
        lambda n, rest: (
            b"@02,%04d,G%7d,T%7d,N%7d,kg,%s\r\n"
            % (next(counter), n, 9_500, n - 9_500, b"STAB" if rest else b"MOVE")
        ),
        [
            ("What does the display show", "43120 kg"),
            ("line while the weight moved", MOVING),
            ('always says "02"', "y"),
            ('always says "9500"', "n"),
        ],
        refused=[b"@03,0001,G  43120,T   9500,N  33620,kg,STAB\r\n"],
    ),
    Format(
        "a checksum by exclusive or, in hex, behind ETX",
        lambda n, rest: sealed(b"\x02%c%+08dkg\x03" % (b"A" if rest else b"B", n), b"\r\n"),
        [("What does the display show", "43120 kg"), ("line while the weight moved", MOVING)],
        refused=[b"\x02A+0043120kg\x0300\r\n"],
        below_zero=sealed(b"\x02A-0000120kg\x03", b"\r\n"),
    ),
    Format(
        "a sum of any byte behind ETX",
        lambda n, rest: summed(b"\x02%c%07dkg\x03" % (b"A" if rest else b"B", n)),
        [("What does the display show", "43120 kg"), ("line while the weight moved", MOVING)],
        refused=[b"\x02A0043120kg\x03\x00"],
    ),
    Format(
        "the last digit first",
        lambda n, rest: b"=" + (b"%07d" % n)[::-1],
        [("What does the display show", "43120"), ("Which unit", "kg"), ("line while the weight moved", "0")],
        shows_mark=False,
    ),
    Format(
        "the last zero is not sent",
        lambda n, rest: b"%c%06d;" % (b"S" if rest else b"D", n // 10),
        [
            ("What does the display show", "43120"),
            ("Which unit", "kg"),
            ("line while the weight moved", MOVING),
        ],
    ),
    Format(
        "thousands with a point, unpadded",
        lambda n, rest: (
            b"Poids: %s kg %s\r\n" % (f"{n:,}".replace(",", ".").encode(), b"ok" if rest else b"--")
        ),
        [
            ("What does the display show", "43.120 kg"),
            ("What does 43.120 mean", "2"),
            ("line while the weight moved", MOVING),
        ],
    ),
    Format(
        "unpadded with a word",
        lambda n, rest: b"W=%d kg,%s\r\n" % (n, b"STABLE" if rest else b"MOTION"),
        [("What does the display show", "43120 kg"), ("line while the weight moved", MOVING)],
    ),
    Format(
        "everything glued, state and mode behind, ETX ends",
        lambda n, rest: b"%07dkgG%c\x03" % (n, b"0" if rest else b"1"),
        [
            ("What does the display show", "43120 kg"),
            ("line while the weight moved", MOVING),
            ("In which column is the mark", "11"),
        ],
    ),
    Format(
        "tonnes with a point and blanks, a sum in decimal",
        lambda n, rest: summed_up(b"P1 %8.2f t %c " % (n / 1000, b"." if rest else b"~")),
        [
            ("What does the display show", "43.12 t"),
            ("line while the weight moved", MOVING),
            ('always says "1"', "y"),
        ],
        refused=[b"P1    43.12 t . 000\r"],
    ),
    Format(
        "a sign apart before the digits, tenths of a kilogram not sent as such",
        lambda n, rest: b"\x02%c+%08d%c\r\n" % (b"1", n * 10, b" " if rest else b"m"),
        [
            ("What does the display show", "43120"),
            ("Which unit", "kg"),
            ("line while the weight moved", MOVING),
            ('always says "1"', "y"),
        ],
        below_zero=b"\x021-00001200 \r\n",
    ),
    Format(
        "pounds between bars with a counter in hexadecimal",
        lambda n, rest: b"|%04X|%s|%9d lb|\n" % (0xA00 + next(counter), b"STBL" if rest else b"    ", n),
        [
            ("What does the display show", "43120 lb"),
            ("line while the weight moved", MOVING),
        ],
        step_kg=0.45359237,
    ),
]


def read(profile: str, message: bytes) -> Reading | None:
    results = list(decode([message], "generic", {"profile": profile}, at=now(), alone=True))
    return results[0] if len(results) == 1 and isinstance(results[0], Reading) else None


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_a_format_that_nobody_knows_is_described_and_read(
    one: Format, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    messages = [one.say(n, rest) for n, rest in HEARD]
    moved = [message for message, (_, rest) in zip(messages, HEARD, strict=True) if not rest]
    person = Person(one.answers, moved, capsys)
    trial = guide(person, recorder_of(pieces_of(messages)), tmp_path)
    assert person.answers == [], f"not asked:\n{person.screen}"
    profile = trial.candidate.settings["profile"]
    text = Path(profile).read_text()
    assert "[[examples]]" in text
    for kg, rest in [*HEARD, (44_440, True), (7_020, True), (61_980, False)]:
        reading = read(profile, one.say(kg, rest))
        assert reading is not None, (one.say(kg, rest), text)
        assert reading.weight_kg == pytest.approx(kg * one.step_kg), text
        if one.shows_mark:
            assert ({Flag.STABLE, Flag.MOTION} & reading.flags) == {Flag.STABLE if rest else Flag.MOTION}
    for message in one.refused:
        assert read(profile, message) is None, (message, text)
    if one.below_zero:
        reading = read(profile, one.below_zero)
        assert reading is not None, text
        assert reading.weight_kg == -120.0


def test_lines_of_gross_tare_and_net_are_told_apart_by_the_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [(b"GROSS", 43_120), (b"TARE ", 9_500), (b"NET  ", 33_620)]
    messages = [b"%-5s %7d kg\r\n" % one for one in words * 5]
    answers = [
        ("What does the display show", "43120 kg"),
        ("line while the weight moved", "0"),
        ('says "TARE " on some lines', "7"),
        ('says "NET  " on some lines', "3"),
        ('says "GROSS" on some lines', "2"),
    ]
    person = Person(answers, [], capsys)
    profile = guide(person, recorder_of(pieces_of(messages)), tmp_path).candidate.settings["profile"]
    gross, tare, net = (read(profile, message) for message in messages[:3])
    assert gross is not None
    assert (gross.weight_kg, gross.flags) == (43_120.0, {Flag.GROSS})
    assert tare is None
    assert net is not None
    assert Flag.NET in net.flags


def test_a_line_at_overload_is_no_weight_and_takes_no_column_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    messages = [b"W %7d kg\r\n" % one for one in (0, 980, 43_120, 43_120)] * 3
    messages[5] = b"W ^^^^^^^ kg\r\n"
    answers = [("What does the display show", "43120 kg"), ("line while the weight moved", "0")]
    person = Person(answers, [], capsys)
    profile = guide(person, recorder_of(pieces_of(messages)), tmp_path).candidate.settings["profile"]
    assert "weight 2-9" in Path(profile).read_text()
    assert read(profile, messages[5]) is None
    heavier = read(profile, b"W 1043120 kg\r\n")
    assert heavier is None or heavier.weight_kg in (None, 1_043_120.0)


def test_a_display_that_says_other_digits_is_compared_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    messages = [b"W %7d kg\r\n" % one for one in (0, 980, 43_120, 43_120)] * 3
    answers = [
        ("What does the display show", "12345 kg"),
        ("What does the display show", "43120 kg"),
        ("line while the weight moved", "0"),
    ]
    person = Person(answers, [], capsys)
    trial = guide(person, recorder_of(pieces_of(messages)), tmp_path)
    assert "No line holds these digits" in person.screen
    assert trial.score == 1.0


def test_who_says_that_it_shows_something_else_leaves_no_profile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    messages = [b"W %7d kg\r\n" % one for one in (0, 980, 43_120, 43_120)] * 3
    answers = [
        ("What does the display show", "43120 kg"),
        ("line while the weight moved", "0"),
        ("Does it show what the display shows", "n"),
        ("Begin again", "n"),
    ]
    with pytest.raises(GivenUp):
        guide(Person(answers, [], capsys), recorder_of(pieces_of(messages)), tmp_path)
    assert list((tmp_path / "profiles").iterdir()) == []
