"""A laboratory's file comes into the ledger: each row is accepted, waits for a person, is known already, or
is rejected with its line and reason. The same file twice changes nothing."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlmodel import Session, select

from drivers.errors import SettingError
from station.lab.files.profile import LabProfile, read_lab_profile
from station.lab.files.read import read_lab_file
from station.lab.files.result import FileResult, RowError
from station.lab.recording import LAB, Judged, Said, judge, record
from station.store import audit
from station.store.engine import Ledger
from station.store.ids import new_id
from station.store.tables import LabFile

AT_ONCE = 50  # rows in one transaction: trucks are weighed meanwhile
MOST_KEPT = 1000  # of the rejected rows of a file
STATUSES = ("accepted", "waiting", "known")
NO_LABORATORY = "no_laboratory"


@dataclass(frozen=True, slots=True)
class RowTaken:
    """What became of a row. `moved` is what a corrected report changes: {from, to, sample_changed}."""

    line: int
    sought: str
    analyte: str
    value: float
    comparator: str
    status: str  # of STATUSES
    waits_for: tuple[str, ...]
    moved: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file. `is_repeated`: it was taken in before, by the same profile, and nothing was
    looked at again."""

    sha256: str
    rows: Sequence[RowTaken] = ()
    rejected: Sequence[RowError] = ()
    is_repeated: bool = False
    counts: dict[str, int] = field(default_factory=dict)


def profile_of(text: str, name: str) -> LabProfile:
    """Raises SettingError, which names the profile as its sender does."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "profile.toml"
        file.write_text(text, encoding="utf-8")
        try:
            return read_lab_profile(file)
        except SettingError as error:
            raise SettingError(str(error).replace(str(file), name)) from None


def import_file(
    ledger: Ledger, data: bytes, profile: LabProfile, by: str, at: datetime, *,
    name: str = "", party: str = LAB, dry_run: bool = False,
) -> Taken:  # fmt: skip
    """Take in a file; with `dry_run` only tell what would become of it. Its rows are written some at a time,
    and the file itself last: one that was interrupted is taken in again, and what is known stays."""
    sha256, profile_sha256 = digests(data, profile)
    key = (sha256, profile_sha256, party)
    with ledger.read() as tx:
        known = _known_file(tx, key)
    if known is not None:
        rejected = [RowError(**one) for one in known.rejected]
        return Taken(sha256, (), rejected, is_repeated=True, counts=_counts_of(known))
    what, rejected = said_in_file(data, profile, party, sha256)
    said = iter(what)
    rows: list[RowTaken] = []
    while some := list(islice(said, AT_ONCE)):
        rows += _look(ledger, some) if dry_run else _take(ledger, some, by, at)
    counts = {status: sum(row.status == status for row in rows) for status in STATUSES}
    counts["rejected"] = len(rejected)
    if rows and not dry_run:
        _record_file(ledger, key, name, counts, rejected, by, at)
    return Taken(sha256, rows, rejected, counts=counts)


def digests(data: bytes, profile: LabProfile) -> tuple[str, str]:
    """Return by what a file, and how it is read, are known again."""
    return hashlib.sha256(data).hexdigest(), hashlib.sha256(repr(profile).encode()).hexdigest()


def said_in_file(
    data: bytes, profile: LabProfile, party: str, sha256: str
) -> tuple[list[Said], list[RowError]]:
    """Return what a file says, and what of it is not taken. It raises nothing."""
    results, errors = read_lab_file(data, profile)
    rejected = errors + [_nameless(one) for one in results if not one.laboratory]
    return [said_in(one, party, sha256) for one in results if one.laboratory], rejected


def said_in(result: FileResult, party: str, sha256: str) -> Said:
    return Said(
        sought=result.barcode, analyte=result.analyte, value=result.value, laboratory=result.laboratory,
        party=party, comparator=result.comparator, basis=result.basis, method=result.method,
        nitrogen_factor=result.nitrogen_factor, uncertainty=result.uncertainty,
        citation=result.citation, report=result.report, reported_on=result.reported_on,
        lab_number=result.lab_number, line=result.line, source=f"file {sha256}",
    )  # fmt: skip


def _nameless(result: FileResult) -> RowError:
    """Neither row nor profile says who measured it."""
    return RowError(result.line, NO_LABORATORY)


def _look(ledger: Ledger, some: Iterable[Said]) -> list[RowTaken]:
    with ledger.read() as tx:
        return [_taken(judge(tx, one)) for one in some]


def _take(ledger: Ledger, some: Iterable[Said], by: str, at: datetime) -> list[RowTaken]:
    rows = []
    with ledger.write() as tx:
        for one in some:
            judged = judge(tx, one)
            rows.append(_taken(judged))
            if not judged.is_known:
                record(tx, judged, by, at)
    return rows


def _taken(judged: Judged) -> RowTaken:
    said = judged.said
    waits = () if judged.is_known else judged.waits_for
    return RowTaken(
        said.line or 0, said.sought, said.analyte.value, said.value, said.comparator, judged.status, waits,
        judged.moved,
    )  # fmt: skip


def _known_file(tx: Session, key: tuple[str, str, str]) -> LabFile | None:
    sha256, profile_sha256, party = key
    query = select(LabFile).where(LabFile.sha256 == sha256, LabFile.profile_sha256 == profile_sha256)
    return tx.exec(query.where(LabFile.party == party)).first()


def _counts_of(row: LabFile) -> dict[str, int]:
    return {
        "accepted": row.accepted_count, "waiting": row.waiting_count, "known": row.known_count,
        "rejected": row.rejected_count,
    }  # fmt: skip


def _record_file(
    ledger: Ledger, key: tuple[str, str, str], name: str, counts: dict[str, int],
    rejected: Sequence[RowError], by: str, at: datetime,
) -> None:  # fmt: skip
    kept = [{"line": one.line, "code": one.code, "params": one.params} for one in rejected[:MOST_KEPT]]
    with ledger.write() as tx:
        if _known_file(tx, key) is not None:  # the same file came in twice at a time
            return
        row = LabFile(
            id=new_id(at), sha256=key[0], profile_sha256=key[1], party=key[2], name=name, rejected=kept,
            at=at, by=by, **{f"{status}_count": count for status, count in counts.items()},
        )  # fmt: skip
        tx.add(row)
        data = {"sha256": key[0], "name": name, "party": key[2], **counts}
        audit.record(tx, "lab_file_imported", at, by=by, subject_id=row.id, data=data)
