"""Bundle files at the silo: the ones that come with the station, kept by SHA-256 beside the installed ones.

A bundle's file is never deleted: an old version stays for replay.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import structlog

from station.acts.desk import Desk
from station.grain.identifiers import photo_species
from station.models import acts as models
from station.models.acts import Checked
from station.store.blobs import Blobs
from station.vision.bundle import Bundle, BundleError, parse_bundle, read_packed

FOLDER = "models"  # in the data folder
_SHIPPED = Path(__file__).parent.parent / "vision" / "bundles"

log = structlog.get_logger(__name__)


def shipped_bundle(species: str | None = None) -> Path:
    """Returns the bundle that comes with the station for a declared species; that for wheat where there is
    none."""
    return _SHIPPED / ("rice-kernels-1.3.bundle" if species == "rice" else "wheat-kernels-2.3.bundle")


def bundles_for(species: str | None) -> list[Path]:
    """Returns the shipped bundles that may answer for a photo: that of the declared species, or all where
    none is declared."""
    every = [shipped_bundle("wheat"), shipped_bundle("rice")]
    return [shipped_bundle(photo_species(species))] if species else every


def shipped_bundles(species: Iterable[str]) -> list[Path]:
    """Returns those that judge from the first start at a site that takes these species. Others stay out: a
    photo of no declared species would be refused by each of them every time."""
    return sorted({shipped_bundle(photo_species(one)) for one in species})


def ship(desk: Desk, bundles: Blobs, species: Iterable[str], at: datetime) -> None:
    """Keeps the shipped bundles and makes them releases; one that is broken, or a known version with other
    content, is left out and logged."""
    found = []
    for path in shipped_bundles(species):
        try:
            packed = read_packed(path)
            bundle = parse_bundle(packed, str(path))
        except BundleError as error:
            log.error("shipped_bundle_broken", error=str(error))
            continue
        bundles.put(packed)
        found.append(checked(bundle))
    for left_out in models.ship(desk, found, at):
        log.error("shipped_version_differs", model=left_out.name, version=left_out.version)


def checked(bundle: Bundle) -> Checked:
    """Returns what the ledger keeps of a bundle."""
    manifest = bundle.manifest.model_dump(mode="json")
    return Checked(bundle.sha256, bundle.name, bundle.version, bundle.task, bundle.species, manifest)
