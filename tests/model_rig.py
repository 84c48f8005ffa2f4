"""Models for tests: the shipped wheat bundle under other versions, installed at the small silo."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import uuid4

from sqlmodel import select

from station.models import acts as models
from station.models import releases
from station.models.acts import Mandate
from station.receival.measuring import captures
from station.receival.measuring.captures import StoredPhoto
from station.receival.persons import people
from station.runtime.bundles import checked, ship, shipped_bundle
from station.store.blobs import Blobs
from station.store.tables import Capture, Inspection, ModelRelease, Terminal
from station.vision.bundle import pack_bundle, parse_bundle, read_bundle
from station.vision.rendered import render_tray
from tests.silo_rig import MARC, Silo

TASK, SPECIES = "kernel_class", "wheat"


@cache
def tray(seed: int = 3) -> bytes:
    """A rendered photo of a few kernels, quickly judged."""
    return render_tray(seed, width=1400, height=1050, kernels=60, sheet="blue").jpeg


@cache
def packed(version: str) -> bytes:
    """The shipped model's net as another version."""
    bundle = read_bundle(shipped_bundle())
    return pack_bundle({**bundle.manifest.model_dump(mode="json"), "version": version}, bundle.files)


@dataclass
class Models:
    """The small silo with its shelves of photos and bundles, and one phone."""

    silo: Silo
    photos: Blobs
    bundles: Blobs
    phone: Terminal

    @classmethod
    def at(cls, silo: Silo, phone_name: str = "phone 1") -> "Models":
        folder = silo.desk.ledger.folder
        phone = people.add_terminal(silo.desk, phone_name, "phone", silo.clock())[0]
        return cls(silo, Blobs(folder / "photos"), Blobs(folder / "models"), phone)

    def ship(self, *species: str) -> None:
        ship(self.silo.desk, self.bundles, species or ("soft_wheat", "durum"), self.silo.clock())

    def by(self, why: str = "") -> Mandate:
        return Mandate(MARC, why, self.silo.clock())

    def install(self, version: str) -> ModelRelease:
        data = packed(version)
        self.bundles.put(data)
        return models.install(self.silo.desk, checked(parse_bundle(data)), self.by())

    def break_(self, release: ModelRelease) -> None:
        """The bundle's file is damaged on the disk."""
        self.bundles.path(release.sha256).write_bytes(b"no bundle any more")

    def photograph(self, data: bytes | None = None, **form: str) -> Capture:
        data = data or tray()
        photo = StoredPhoto(self.photos.put(data), len(data), "image/jpeg")
        desk, at = self.silo.desk, self.silo.clock()
        return captures.receive_capture(desk, str(uuid4()), form, [photo], self.phone, at)[0]

    def inspections(self, capture: Capture) -> dict[str, tuple[bool, bool]]:
        """{version: (accepted, in shadow)} of everything recorded."""
        with self.silo.desk.ledger.read() as tx:
            rows = tx.exec(select(Inspection).where(Inspection.capture_id == capture.id)).all()
        assert len({row.sha256 for row in rows}) == len(rows)
        return {row.version: (row.accepted, row.shadow) for row in rows}

    def state(self, capture: Capture) -> str:
        with self.silo.desk.ledger.read() as tx:
            return tx.get_one(Capture, capture.id).state

    def active_sha256(self) -> str:
        with self.silo.desk.ledger.read() as tx:
            return releases.active_set(tx)[TASK, SPECIES]

    def active(self) -> str:
        """The version that informs proposals about wheat."""
        with self.silo.desk.ledger.read() as tx:
            return tx.get_one(ModelRelease, self.active_sha256()).version


def shipped_version() -> str:
    return read_bundle(Path(shipped_bundle())).version
