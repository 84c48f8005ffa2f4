"""The data folder: the ledger, who may work on it, the disk, the photos and the models."""

import shutil
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from station import kernel_time
from station.checks.finding import Finding, good, problem, warning
from station.clock import doubt_of
from station.grain.identifiers import photo_species
from station.models import releases
from station.parts import open_ledger
from station.receival.measuring.instruments import Plugged, plugged
from station.runtime.bundles import FOLDER
from station.site.file import SiteSettings
from station.store import audit, queries
from station.store.blobs import BlobDamaged, BlobFault, BlobMissing, Blobs
from station.store.condition import connect
from station.store.errors import LedgerError, LedgerHeld
from station.store.folder import LEDGER, is_new
from station.store.tables import ModelRelease, Person, PostLink
from ui.words.problems import problem as ledger_problem

WARN_FREE_MB = 2_000
LOOK_S = 5.0  # at photos, unless at all
_NEWEST_PHOTOS = "SELECT sha256, max(size) FROM photo GROUP BY sha256 ORDER BY max(rowid) DESC"
NAMED = 10  # files that are not whole; more are counted


@dataclass
class Kept:
    """What the ledger says for the other checks; nothing where there is none yet, or a running station holds
    it. `tokens`: the kinds of which there are some; None: not known."""

    findings: list[Finding] = field(default_factory=list)
    plugged: Mapping[str, Plugged] = field(default_factory=dict)
    tokens: Collection[str] | None = None


def look_into(settings: SiteSettings, file: Path, at: datetime, language: str, *, every_photo: bool) -> Kept:
    folder, kept = file.parent / settings.site.data, Kept()
    found = kept.findings
    try:
        if is_new(folder):
            found.append(good("database", "folder_new", language, {"folder": str(folder)}))
            kept.tokens = ()
            return kept
        with open_ledger(file, settings) as ledger:
            ledger.quick_check()
            with ledger.read() as tx:
                broken = audit.first_broken(tx)
                kept.plugged, kept.tokens = plugged(tx), queries.kinds_of_tokens(tx)
                found.append(good("database", "folder_whole", language, {"folder": str(folder)}))
                found.append(
                    good("audit chain", "chain_whole", language)
                    if broken is None
                    else problem("audit chain", "chain_broken", language, {"seq": broken})
                )
                found.append(_clock(tx, at, language))
                found += _people(tx, language)
                found += _recovery(tx, language)
                found += _models(tx, settings, language)
    except LedgerHeld as error:
        found.append(good("database", "folder_in_use", language, {"process": error.params["process"]}))
    except LedgerError as error:
        text = ". ".join(ledger_problem(error.code, error.params, language))
        found.append(Finding("database", "problem", text, ends_with_ledger=not error.passing))
        return kept
    found.append(_room(folder, language))
    found += _check_files(folder, language, None if every_photo else LOOK_S)
    return kept


def _recovery(tx: Session, language: str) -> Iterator[Finding]:
    """A ledger that was restored asks for what headquarters knows before trucks are received."""
    recovers = tx.exec(select(PostLink.recovers)).first()
    if recovers:
        yield warning("headquarters", f"recovery_{recovers}", language)


def _clock(tx: Session, at: datetime, language: str) -> Finding:
    """The machine's time `at`, judged as the station does at its start."""
    kept, recorded = kernel_time.is_synchronised(), queries.last_event_at(tx) or at
    doubt = doubt_of(at, recorded, is_synchronised=kept is True)
    if doubt is not None:
        return warning("clock", f"clock_{doubt.value}", language, {"machine": at, "recorded": recorded})
    return good("clock", "clock_kept" if kept else "clock_unkept", language, {"machine": at})


def _people(tx: Session, language: str) -> Iterator[Finding]:
    people = tx.exec(select(Person).where(col(Person.active).is_(True))).all()
    if people and not any("manager" in person.roles for person in people):
        yield warning("people", "nobody_manages", language)


def _models(tx: Session, settings: SiteSettings, language: str) -> Iterator[Finding]:
    taken = {photo_species(species) for species in settings.site.species}
    for (_, species), sha256 in releases.active_set(tx).items():
        if settings.vision.enabled and species not in taken:
            row = tx.get_one(ModelRelease, sha256)
            told = {"model": f"{row.name} {row.version}", "models_species": species}
            yield warning("model", "model_of_no_species", language, told)


def _room(folder: Path, language: str) -> Finding:
    free = shutil.disk_usage(folder).free // 1_000_000
    told = {"free_mb": free, "least_mb": WARN_FREE_MB}
    if free >= WARN_FREE_MB:
        return good("disk", "disk_roomy", language, told)
    return problem("disk", "disk_tight", language, told)


def _check_files(folder: Path, language: str, seconds: float | None) -> Iterator[Finding]:
    """Read beside a running station too."""
    photos: Sequence[tuple[str, int | None]] = []
    models: Sequence[tuple[str, int | None]] = []
    with suppress(sqlite3.Error), closing(connect(folder / LEDGER)) as ledger:
        photos = ledger.execute(_NEWEST_PHOTOS).fetchall()
        models = ledger.execute("SELECT sha256, NULL FROM modelrelease").fetchall()
    yield from _check_shelf("models", folder / FOLDER, models, language, None)
    yield from _check_shelf("photos", folder / "photos", photos, language, seconds)


def _check_shelf(
    what: str, folder: Path, rows: Sequence[tuple[str, int | None]], language: str, seconds: float | None
) -> Iterator[Finding]:
    """Every file by its name and size, and as many as the time allows by their bytes, the newest first."""
    if not rows:
        return
    blobs, wrong, looked_at = Blobs(folder), [], 0
    end = None if seconds is None else time.monotonic() + seconds
    for sha256, size in rows:
        path = blobs.path(sha256)
        in_time = end is None or time.monotonic() < end
        looked_at += in_time
        try:
            if in_time:
                blobs.whole(sha256)
            elif not path.is_file():
                raise BlobMissing(path)
            elif path.stat().st_size != size:
                raise BlobDamaged(path)
        except BlobFault as fault:
            wrong.append(fault)
    for one in wrong[:NAMED]:
        code = "file_missing" if isinstance(one, BlobMissing) else "file_damaged"
        yield problem(what, code, language, {"file": str(one.path)})
    if len(wrong) > NAMED:
        yield problem(what, "files_more", language, {"count": len(wrong) - NAMED})
    if not wrong:
        yield good(what, "files_whole", language, {"looked_at": looked_at, "count": len(rows)})
