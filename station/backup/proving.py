"""Proves a backup: restores it to a scratch folder and compares all that is there with what was put there."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import select

from station.backup.disk import PROOF, Disk, LedgerCopy, Manifest, Proof
from station.backup.mirror import SHELVES, Rest, digest_in, folders_in, hash_of
from station.backup.writing import site_path, telling
from station.post.folder import NAME, BagFolder
from station.store import audit, restoring
from station.store.condition import Depth, look
from station.store.copies import summary_of
from station.store.engine import Ledger
from station.store.errors import LedgerDamaged
from station.store.folder import LEDGER
from station.store.room import refuse_too_small
from station.store.tables import AuditEvent, Bag, Change, Counter, ModelRelease, Photo

MOST_TOLD = 5  # findings of a kind
_TIMES = 2.5  # the ledger's size: it is restored, and migrated

Found = dict[str, Any]


def prove(disk: Disk, scratch: Path, at: datetime, rest: Rest, *, repair: bool) -> Proof:
    """Returns what was found, which is kept on the disk. With `repair` a damaged copy of a photo goes: the
    next backup puts it there again.

    Raises LedgerError: no backup, a disk that fails, no room in `scratch`."""
    with telling(disk.folder):
        manifest = disk.manifest()
        newest = manifest.copies[0]
        refuse_too_small(scratch, int(newest.size * _TIMES))
        digests: set[str] = set()
        found = list(_ledger(disk, newest, manifest.site, scratch / "data", at, digests, rest))
        photos, damaged = _shelves(disk, rest)
        found += _few("proof_file_differs", [str(path.relative_to(disk.folder)) for path in damaged])
        found += _few("proof_file_missing", sorted(digests - photos - set(manifest.damaged)))
        found += _few("proof_file_differs", list(_site_files(disk, manifest, rest)))
        if repair:
            for path in damaged:
                path.unlink(missing_ok=True)
        proof = Proof(at=at, copy_made_at=newest.made_at, photos=len(photos), found=tuple(found))
        disk.write(PROOF, proof)
    return proof


def _ledger(
    disk: Disk, copy: LedgerCopy, site: str, data: Path, at: datetime, digests: set[str], rest: Rest
) -> Iterator[Found]:
    """Restores the copy and compares it; adds to `digests` the files that the ledger speaks of."""
    file = disk.ledger(copy)
    try:
        if hash_of(file, rest) != copy.sha256:
            yield _reason("proof_ledger_differs", file=copy.file)
            return
        restoring.restore(file, data, site, at, last_tickets={})
        look(data / LEDGER, Depth.INDEXES)
    except FileNotFoundError:
        yield _reason("proof_file_missing", file=copy.file, count=1)
        return
    except LedgerDamaged as error:
        yield _reason("proof_ledger_broken", file=copy.file, text=str(error.params.get("error")))
        return
    counts = dict(summary_of(data / LEDGER).counts)
    counts["audit_event"] = counts.get("audit_event", 0) - 1  # the restore's own
    for table, expected in copy.counts.items():
        if table == Change.__tablename__:
            continue  # what the restore itself has changed is in it
        if table == Counter.__tablename__ and counts.get(table, 0) > expected:
            continue  # the restore begins those that gave no number yet
        if counts.get(table) != expected:
            yield _reason("proof_counts_differ", table=table, got=counts.get(table, 0), expected=expected)
    with closing(Ledger(data)) as ledger:
        yield from _chain(ledger, copy, rest)
        yield from _few("proof_file_differs", list(_bags(disk, ledger, rest)))
        with ledger.read() as tx:
            digests.update(tx.exec(select(Photo.sha256).distinct()))
            digests.update(tx.exec(select(ModelRelease.sha256).distinct()))


def _chain(ledger: Ledger, copy: LedgerCopy, rest: Rest) -> Iterator[Found]:
    checked = audit.Checked(audit.START, None, is_end=False)
    while checked.broken_seq is None and not checked.is_end:
        with ledger.read() as tx:
            checked = audit.check_some(tx, checked.whole, most=2_000)
        rest()
    if checked.broken_seq is not None:
        yield _reason("proof_chain_broken", seq=checked.broken_seq)
    with ledger.read() as tx:
        head = tx.get(AuditEvent, copy.events)
    if head is None or head.hash != copy.head:
        yield _reason("proof_head_differs", seq=copy.events)


def _bags(disk: Disk, ledger: Ledger, rest: Rest) -> Iterator[str]:
    """The bags for headquarters that are not what the ledger says; one that is kept no more is missed by
    nobody."""
    folder = BagFolder(disk.folder / NAME)
    with ledger.read() as tx:
        for epoch, number, sha256 in tx.exec(select(Bag.epoch, Bag.number, Bag.sha256)):
            file = folder.facts(epoch, number)
            if file.is_file() and hash_of(file, rest) != sha256:
                yield str(file.relative_to(disk.folder))


def _shelves(disk: Disk, rest: Rest) -> tuple[set[str], list[Path]]:
    """The digests of all files that are what their names say, and the files that are not."""
    good, damaged = set(), []
    for shelf in SHELVES:
        for folder in folders_in(disk.folder / shelf):
            for path in sorted(folder.iterdir()):
                wanted = digest_in(path.name)
                if wanted is None or not path.is_file():
                    continue
                if hash_of(path, rest) == wanted:
                    good.add(wanted)
                else:
                    damaged.append(path)
    return good, damaged


def _site_files(disk: Disk, manifest: Manifest, rest: Rest) -> Iterator[str]:
    for one in manifest.files:
        path = site_path(disk, one.sha256)
        if not path.is_file() or hash_of(path, rest) != one.sha256:
            yield one.name


def _few(code: str, names: list[str]) -> list[Found]:
    """One finding names some of many."""
    return [_reason(code, file=", ".join(names[:MOST_TOLD]), count=len(names))] if names else []


def _reason(code: str, **params: Any) -> Found:
    return {"code": code, "params": params}
