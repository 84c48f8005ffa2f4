"""The phone's page answers as the station does, without a network and without a secure context."""

import json
import random
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from station.acts.answers import (
    answer_to,
    is_challenge,
    is_standing,
    new_challenge,
    read_secret,
    rules_of,
    secret_address,
    secret_text,
)
from station.grain.guard import Guarded

PAGE = Path(__file__).parents[2] / "ui/phone/approve.html"
TEXT = PAGE.read_text(encoding="utf-8")
(SCRIPT,) = re.findall(r"<script>(.*?)</script>", TEXT, re.DOTALL)
NODE, BROWSER = shutil.which("node"), shutil.which("chromium")
RANDOM = random.Random(2026)
SECRETS = [RANDOM.randbytes(20) for _ in range(40)]


def answers(cases: list[dict[str, str]]) -> list[object]:
    """What the page's script makes of each case, in Node."""
    if NODE is None:
        pytest.skip("node is not installed: apt-get install -y nodejs")
    ask = (
        "const cases = JSON.parse(require('fs').readFileSync(0));"
        "console.log(JSON.stringify(cases.map(c => { const s = readSecret(c.secret);"
        " return s === null ? null : [answerTo(c.challenge, s), whatIsAsked(c.challenge)]; })));"
    )
    told = subprocess.run(
        [NODE, "-e", SCRIPT + ask], input=json.dumps(cases), capture_output=True, text=True, timeout=30,
        check=True,
    )  # fmt: skip
    found: list[object] = json.loads(told.stdout)
    return found


def told_by(challenge: str) -> list[str]:
    return ["standing"] if is_standing(challenge) else [rule.value for rule in rules_of(challenge)]


def test_page_and_station_agree_on_answers_and_rules() -> None:
    cases, expected = [], []
    for secret in SECRETS:
        first = RANDOM.randint(1, 8)
        challenge = f"{first}{RANDOM.randrange(100_000):05d}"
        written = RANDOM.choice([secret_text(secret), secret_address(secret, "silo-1", "Hélène & Co")])
        typed = RANDOM.choice([written, f"  {secret_text(secret).lower()} "])
        cases.append({"secret": typed, "challenge": challenge})
        expected.append([answer_to(challenge, secret), told_by(challenge)])
    assert answers(cases) == expected


def test_what_is_no_secret_or_no_challenge_gets_no_answer() -> None:
    good = secret_text(SECRETS[0])
    wrong = ["", good[:-1], good + "A", good.replace(good[0], "1"), "é" * 32]
    assert answers([{"secret": text, "challenge": "100000"} for text in wrong]) == [None] * len(wrong)
    figures = ["000000", "900000", "12345", "1234567", "12345a", "١٢٣٤٥٦"]
    told = answers([{"secret": good, "challenge": one} for one in figures])
    assert [what for _, what in told] == [None] * len(figures)  # type: ignore[misc]
    assert not any(is_challenge(one) for one in figures)
    for text in wrong:
        with pytest.raises(ValueError, match="no secret"):
            read_secret(text)


def test_a_challenge_tells_its_rules() -> None:
    for rules in ([Guarded.CLAIMS], [Guarded.MEASUREMENT], [Guarded.NEVER_BLEND], [*Guarded]):
        challenge = new_challenge(rules, RANDOM.randbytes)
        assert is_challenge(challenge)
        assert rules_of(challenge) == tuple(rule for rule in Guarded if rule in rules)
    assert is_standing(new_challenge([Guarded.MEASUREMENT], RANDOM.randbytes, is_standing=True))


def test_the_answer_is_truncated_as_hotp_does() -> None:
    """The arithmetic of RFC 4226, 5.4, with another hash: a fixed value tells a change."""
    assert answer_to("417829", bytes(range(20))) == "08953772"


class Addresses(HTMLParser):
    """Everything that a page fetches."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("src", "href", "action")]


def test_the_page_is_one_small_file_that_fetches_nothing() -> None:
    parser = Addresses()
    parser.feed(TEXT)
    assert parser.found == []
    assert not re.findall(r"fetch\(|XMLHttpRequest|import\(|crypto\.subtle|https?:", TEXT)
    assert len(TEXT.encode()) < 12_000
    french, english = (set(re.findall(r"(\w+): \"", part)) for part in _words())
    assert french == english


def _words() -> list[str]:
    return re.findall(r"\n  (?:fr|en): \{(.*?)\n  \},", TEXT, re.DOTALL)


@pytest.mark.long
def test_a_browser_that_opened_the_file_keeps_the_secret_and_answers(tmp_path: Path) -> None:
    if BROWSER is None:
        pytest.skip("chromium is not installed: apt-get install -y chromium")
    secret = SECRETS[0]
    typed = (
        f"document.getElementById('secret').value = '{secret_text(secret)}';"
        "document.getElementById('keep').click();"
        "document.getElementById('figures').value = '417 829';"
        "document.getElementById('figures').oninput();"
    )
    page = tmp_path / "approve.html"
    page.write_text(TEXT.replace("</script>", f"{typed}</script>"), encoding="utf-8")
    shown = subprocess.run(
        [
            BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom", page.as_uri(),
        ],
        capture_output=True, text=True, timeout=100, check=True,
    ).stdout  # fmt: skip
    answer = answer_to("417829", secret)
    assert f"{answer[:4]} {answer[4:]}" in shown
    assert "NEVER TO BE BLENDED" in shown or "JAMAIS MÉLANGER" in shown
