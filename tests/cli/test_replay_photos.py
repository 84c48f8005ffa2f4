"""`silo replay --model` judges recorded photos by another bundle, and decides again with that."""

import json
import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from station.cli import app
from station.receival.measuring import captures
from station.receival.measuring.captures import StoredPhoto
from station.receival.persons import people
from station.runtime.bundles import shipped_bundle
from station.store.blobs import Blobs
from station.vision.rendered import render_tray
from tests.silo_rig import SITE_FILE, START, Silo

EXAMPLES = Path(__file__).parents[2] / "examples"

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]  # a model is loaded in a process of its own


def test_photos_are_judged_again_where_they_are_still_there(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    text = SITE_FILE.read_text(encoding="utf-8").replace("../examples/rules.toml", "rules.toml")
    site.write_text(text, encoding="utf-8")
    shutil.copy(EXAMPLES / "rules.toml", tmp_path)
    silo, photos = Silo.open(tmp_path / "data"), Blobs(tmp_path / "data" / "photos")
    phone, _ = people.add_terminal(silo.desk, "phone", "phone", START)
    for number, plate in enumerate(("AB-123-CD", "EF-456-GH")):
        visit = silo.arrive(plate)
        silo.confirm(43_120, visit, "first")
        silo.measure_well(visit)
        (load,) = silo.loads(visit)
        jpeg = render_tray(number, kernels=60).jpeg
        photo = StoredPhoto(photos.put(jpeg), len(jpeg), "image/jpeg")
        form = {"barcode": silo.barcode(load)}
        captures.receive_capture(silo.desk, str(uuid4()), form, [photo], phone, silo.clock())
        silo.decide(load)
        silo.confirm(15_240, visit, "last")
    photos.whole(photo.sha256).unlink()
    silo.desk.ledger.close()
    words = ["replay", "--config", str(site), "--model", str(shipped_bundle("soft_wheat")), "--json"]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    assert "1 captures are left out" in done.stderr
    row, summary = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["code"] for one in row["photo_then"]] == ["photo_pending"]
    assert "photo_shares" in {one["code"] for one in row["photo_now"]}
    assert (row["is_elsewhere"], row["own_cell"], row["cell"]) == (False, "c1", "c1")
    assert summary["summary"]["decisions"] == 1
    nothing = CliRunner().invoke(app, [*words[:-2], str(tmp_path / "none.bundle")])
    assert nothing.exit_code == 2
