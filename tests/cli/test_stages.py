"""`silo decode`, `inspect` and `route` on files: results, messages and exit codes."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from station.store.journal import Journal
from station.vision.rendered import render_tray

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
GAC = b" ,29/03/22,14:20:14,11.9,70.7,30.3,28.9,29.7,BLE,S/N: 0000-00000, 2, 895,2305, 303,070815\r\n"
TOLEDO = bytes.fromhex("022A30202034333132302020202020300D0D")


def silo(
    *arguments: str | Path, data: bytes = b"", language: str = "en"
) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "station.cli", *map(str, arguments)]
    environment = {"PATH": "/usr/bin:/bin", "LANG": f"{language}_XX.UTF-8", "HOME": "/nonexistent"}
    return subprocess.run(command, input=data, env=environment, cwd=ROOT, check=False, capture_output=True)


def lines(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_decode_prints_one_object_per_frame_and_tells_of_the_rest() -> None:
    done = silo("decode", "--driver", "gac2100-csv01", "-", data=b"noise\r\n" + GAC + b"1,2,3\r\n" + GAC)
    readings = lines(done)
    assert done.returncode == 0
    assert [reading["values"]["moisture"] for reading in readings] == [
        {"value": 11.9, "unit": "%", "basis": "as_is"}
    ] * 2
    assert set(readings[0]) == {
        "driver", "kind", "device_time", "sample_id", "product", "serial", "values", "flags", "extra", "raw",
    }  # fmt: skip
    assert bytes.fromhex(readings[0]["raw"]) == GAC
    assert b"312c322c33" in done.stderr
    assert b"2 readings, 2 bad frames" in done.stderr


def test_decode_reads_a_file_and_takes_settings(tmp_path: Path) -> None:
    file = tmp_path / "bridge.bin"
    file.write_bytes(b"\xff" * 7 + TOLEDO * 3)
    done = silo("decode", "--driver", "toledo-continuous", "--set", "checksum=on", file)
    assert [reading["values"]["weight"]["value"] for reading in lines(done)] == [43120.0] * 3
    assert {"stable", "gross"} <= set(lines(done)[0]["flags"])


def test_decode_replays_a_day_from_the_frame_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "nir")
    frame = b'{"id":"1","values":{"moisture":{"value":13.5,"unit":"%"}}}'  # whole, as a broker brings it
    for data in (frame, b"half a mess", frame):
        journal.append(data, datetime(2026, 7, 14, 8, tzinfo=UTC))
    journal.close()
    [segment] = (tmp_path / "nir").iterdir()
    done = silo("decode", "--driver", "json-nir", segment)
    assert [reading["values"]["moisture"]["value"] for reading in lines(done)] == [13.5, 13.5]
    assert b"2 readings, 1 bad frames" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "data", "code", "says"),
    [
        (("--driver", "gac2100-csv01", "-"), b"nothing of use\n", 1, b"0 readings"),
        (("--driver", "no-such", "-"), GAC, 2, b"toledo-continuous"),
        (("--driver", "gac2100-csv01", "--set", "date=xyz", "-"), GAC, 2, b"date"),
        (("--driver", "gac2100-csv01", "--set", "date", "-"), GAC, 2, b"key=value"),
        (("--driver", "gac2100-csv01", "/no/such/file"), b"", 2, b"/no/such/file"),
    ],
)
def test_decode_says_what_is_wrong(arguments: tuple[str, ...], data: bytes, code: int, says: bytes) -> None:
    done = silo("decode", *arguments, data=data)
    assert done.returncode == code
    assert says in done.stderr


def route(**files: Path) -> subprocess.CompletedProcess[bytes]:
    chosen = {
        "rules": EXAMPLES / "rules.toml",
        "cells": EXAMPLES / "cells.json",
        "sample": EXAMPLES / "sample.json",
    }
    chosen.update(files)
    return silo("route", *(part for name, path in chosen.items() for part in (f"--{name}", path)), "--json")


def test_route_gives_every_cell_its_reasons_with_messages() -> None:
    done = route()
    [result] = lines(done)
    cells = [cell["id"] for cell in json.loads((EXAMPLES / "cells.json").read_text())["cells"]]
    assert done.returncode == 0
    assert {r["cell"] for r in result["ranked"]} | {r["cell"] for r in result["refused"]} == set(cells)
    assert result["proposal"] == result["ranked"][0]["cell"]
    assert result["hold"] is False
    for entry in (*result["ranked"], *result["refused"]):
        assert entry["reasons"]
        assert all(set(reason) == {"code", "params", "message"} for reason in entry["reasons"])
        assert all(reason["message"] for reason in entry["reasons"])


def test_route_names_what_is_wrong_in_a_file(tmp_path: Path) -> None:
    broken = tmp_path / "cells.json"
    broken.write_text('{"cells": [{"id": "a", "pits": [], "capacity_t": "many"}]}')
    done = route(cells=broken)
    assert done.returncode == 3
    assert b"cells.json: cells[0].capacity_t: must be a number (is 'many')" in done.stderr
    absent = route(sample=tmp_path / "none.json")
    assert (absent.returncode, b"none.json: there is no such file" in absent.stderr) == (2, True)


def test_without_a_species_every_shipped_model_may_answer(tmp_path: Path) -> None:
    tray = render_tray(72, width=1200, height=900, kernels=40, grain="rice", broken=0, foreign=0)
    photo = tmp_path / "rice.jpg"
    photo.write_bytes(tray.jpeg)
    done = silo("inspect", photo, "--json")
    (seen,) = lines(done)
    assert done.returncode == 0, seen["reasons"]
    assert seen["models"][0]["name"] == "rice-kernels"
    barley = silo("inspect", photo, "--species", "barley")
    assert barley.returncode == 0
    assert b"ounted only, no model for barley" in barley.stderr
