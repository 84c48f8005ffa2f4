"""A harvest day with something of everything that a page may show, in names that no browser must believe."""

from dataclasses import replace
from pathlib import Path

from drivers.reading import Analyte, Basis
from station.acts.desk import Actor
from station.grain.inspection import ClassShare, Inspection, Kernel, ModelName
from station.lab.disputes import open_dispute
from station.lab.results import NewResult, record_result
from station.receival.arrivals.visits import NewLoad
from station.receival.deciding.decisions import refuse
from station.receival.laboratory.retaining import keep_of_load
from station.receival.measuring import captures
from station.receival.persons import people
from station.store.blobs import Blobs
from station.store.tables import Load
from tests.api.rig import JPEG
from tests.silo_rig import Silo
from tests.ui.web.rig import make_readers

HOSTILE = "<script>alert(1)</script>\"'&"
PLATES = ("AB-123-CD", "EF-456-GH", "IJ-789-KL", "MN-012-OP", "QR-345-ST", "UV-678-WX")
SEEN = Inspection(
    "", True, kernels=2, outlines=2, cut=0, judged=2,
    classes={"broken": ClassShare(1, 0.5, 0.1, 0.9), "whole": ClassShare(1, 0.5, 0.1, 0.9)},
    models=(ModelName("grain", "1.0", "0" * 64),), task="kernels",
    kernel_list=(Kernel((10, 10, 30, 20), "broken", 0.9), Kernel((60, 10, 30, 20), "whole", 0.9)),
)  # fmt: skip
MARC = Actor("marc", "Marc", "page", frozenset({"manager"}))


def make_harvest(folder: Path, photo: bytes = JPEG, seen: Inspection = SEEN) -> Silo:
    """Five loads with a ticket, one of them with a photo, a laboratory's value, a kept sample and a dispute;
    one refused, one on site, and a reading that belongs to nothing."""
    silo = Silo.open(folder)
    make_readers(silo)
    first = _receive_with_photo(silo, photo, seen)
    for number, plate in enumerate(PLATES[1:5], start=1):
        silo.clock.pass_(minutes=7 + number)
        silo.receive(plate, 43_120 - 900 * number)
    _measure_at_laboratory(silo, silo.barcode(first))
    keep_of_load(silo.desk, first.id, MARC, silo.clock(), place=None, seal="P-17")
    open_dispute(silo.desk, first.id, ["protein"], "supplier", f"trop bas {HOSTILE}", MARC, silo.clock())
    visit = silo.arrive("ZZ-999-ZZ", NewLoad("soft_wheat", barcode="S90001"), supplier=f"SCEA {HOSTILE}")
    silo.confirm(40_000, visit, "first")
    refuse(silo.desk, silo.loads(visit)[0].id, f"odeur {HOSTILE}", silo.by, silo.clock())
    silo.clock.pass_(minutes=3)
    silo.arrive(PLATES[5], supplier=f"GAEC {HOSTILE}")
    silo.measure("gac", {"moisture": 13.2}, "X99", product=HOSTILE)
    return silo


def _receive_with_photo(silo: Silo, photo: bytes, seen: Inspection) -> Load:
    visit = silo.arrive(PLATES[0])
    (load,) = silo.loads(visit)
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    kept = Blobs(silo.desk.ledger.folder / "photos").put(photo)
    phone, _ = people.add_terminal(silo.desk, f"tel {HOSTILE}", "phone", silo.clock())
    stored = captures.StoredPhoto(kept, len(photo), "image/jpeg")
    form = {"barcode": silo.barcode(load)}
    captures.receive_capture(silo.desk, "c-1", form, [stored], phone, silo.clock())
    captures.record_inspection(silo.desk, "c-1", [replace(seen, sha256=kept)], silo.clock())
    silo.decide(load)
    silo.clock.pass_(minutes=9)
    silo.confirm(15_240, visit, "last")
    return load


def _measure_at_laboratory(silo: Silo, barcode: str) -> None:
    result = NewResult(barcode, Analyte.PROTEIN, 12.1, Basis.DRY_MATTER, f"Labo {HOSTILE}", silo.clock())
    record_result(silo.desk.ledger, result, MARC.id, silo.clock())
