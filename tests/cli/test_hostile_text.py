"""What a device, a row or a file holds is printed by the commands and logs with nothing hidden in it."""

import json
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from drivers.text import is_hidden
from station import logs
from station.cli import say
from tests.cli.rig import ENGLISH, invoke
from tests.hostile import MARKUP, any_text

ROOT = Path(__file__).parents[2]
EVIL = f"\x1b[2J\x9b1m\u202e{MARKUP}\u200b\x07\r\nERROR forged\U000e0041"
# Who may write to the terminal: commands, the demo, logs, the worker's last words, an address;
# the bytes of the darkroom are for another program.
WRITERS = {
    "station/cli/say.py", "station/demo/run.py", "station/demo/darkroom.py", "station/demo/season/run.py",
    "station/vision/worker.py", "station/http_server.py", "station/release.py", "station/logs.py",
    "station/hub/listening.py", "station/demo/silos/one_silo.py", "station/demo/silos/teller.py",
}  # fmt: skip
WRITES = re.compile(
    r"typer\.echo|click\.echo|\bprint\(|std(?:out|err)\.write|rich\.console|sys\.std(out|err)\b(?!\.(buffer|fileno|isatty))"
)


def shown(text: str) -> bool:
    return not any(is_hidden(char) for char in text if char != "\n")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(any_text)
def test_a_message_is_one_line_and_a_result_one_json_line(
    capfd: pytest.CaptureFixture[str], text: str
) -> None:
    say.tell(text)
    say.show(text)
    say.out({text: [text]})
    out, err = capfd.readouterr()
    assert shown(out + err)
    assert err.count("\n") == 1
    line, result = out.splitlines()
    assert json.loads(result) == {text: [text]}
    assert line + "\n" == err


def test_decode_prints_neither_a_reading_nor_a_bad_frame_raw(tmp_path: Path) -> None:
    """A JSON gateway sends what it likes; the frame is told as it came, by its bytes."""
    good = {"schema": "x", "payload": {"sample": "S\u202e1", "product": EVIL, "results": []}}
    file = tmp_path / "capture.bin"
    file.write_bytes(json.dumps(good, ensure_ascii=False).encode() + b"\n" + EVIL.encode() + b"\n")
    for kind in ("json-nir", "gac2100-csv01", "gac500xt", "tesma-plus2"):
        done = invoke("decode", "--driver", kind, str(file))
        assert done.returncode in (0, 1), done.stderr
        assert shown(done.stdout + done.stderr)


def test_a_file_with_an_evil_name_is_named_visibly(tmp_path: Path) -> None:
    done = invoke("decode", "--driver", "json-nir", f"{tmp_path}/{EVIL}")
    assert done.returncode == 2
    assert "\\x1b[2J" in done.stderr
    assert shown(done.stderr)
    assert "\nERROR forged" not in done.stderr


def test_a_site_file_is_told_with_one_line_a_problem(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('[site]\nid = "a"\nname = "Silo \\u202e"\n', encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "station.cli", "serve", "--config", str(site)],
        capture_output=True, text=True, env=ENGLISH, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert "site.name: holds U+202E" in done.stderr
    assert shown(done.stderr)


def test_no_line_of_a_log_can_be_forged(capfd: pytest.CaptureFixture[str]) -> None:
    formatter = logs.OneEntry("%(levelname)s %(name)s %(message)s")
    error = ValueError(EVIL)
    info = (ValueError, error, None)
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "%s failed", (EVIL,), info)
    text = formatter.format(record)
    assert shown(text)
    first, *further = text.split("\n")
    assert first.startswith("ERROR x ")
    assert all(line.startswith("    ") for line in further)


def test_the_services_own_log_is_one_json_line_an_event() -> None:
    code = (
        "import logging, structlog; from station.logs import log_to_standard_error as begin; begin();"
        f"structlog.get_logger().error('heard', text={EVIL!r}); logging.getLogger('x').error('%s', {EVIL!r})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=ENGLISH, timeout=60, check=True
    )
    entry, *plain = done.stderr.splitlines()
    assert json.loads(entry)["text"] == EVIL
    assert shown(done.stderr)
    assert plain[0].startswith("ERROR x ")
    assert all(line.startswith("    ") for line in plain[1:])


def test_nothing_else_writes_to_the_terminal() -> None:
    found = {
        str(file.relative_to(ROOT))
        for room in ("station", "drivers", "ui")
        for file in (ROOT / room).rglob("*.py")
        if WRITES.search(file.read_text(encoding="utf-8"))
    }
    assert found <= WRITERS, found - WRITERS
