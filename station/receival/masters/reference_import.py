"""Lists of reference data out of a file: right rows are taken, wrong ones told by line, column and reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from station.acts.desk import Actor, Desk
from station.acts.refusals import Refusal
from station.receival.masters.reference_files import Entry, entry_of, read_list, unread_columns
from station.receival.masters.reference_lists import Did, check_master
from station.receival.masters.reference_rows import KEYS, TAKERS
from station.receival.masters.table_files import RowError, RowRefused

AT_ONCE = 100  # in one transaction: trucks are weighed meanwhile


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the rows, or would."""

    did: Counter[Did] = field(default_factory=Counter)
    errors: Sequence[RowError] = ()
    unread: Sequence[str] = ()  # titles of columns that no list has


class _OnlyTried(Exception):
    """Ends the transaction of a dry run."""


def import_list(desk: Desk, kind: str, text: str, actor: Actor, at: datetime, *, dry_run: bool) -> Taken:
    """Take the rows that are right; a dry run writes nothing, and the same file again changes nothing."""
    check_master(desk, actor)
    rows, errors = read_list(kind, text)
    rows, twice = _once(kind, rows)
    did: Counter[Did] = Counter()
    for start in range(0, len(rows), AT_ONCE):
        done, wrong = _take(desk, kind, rows[start : start + AT_ONCE], actor, at, dry_run=dry_run)
        did.update(done)
        errors += wrong
    errors = sorted([*errors, *twice], key=lambda one: one.line or 0)
    return Taken(did, errors, unread_columns(kind, text))


def enter(desk: Desk, kind: str, said: Mapping[str, str], actor: Actor, at: datetime) -> RowError | None:
    """Add one entry, or change the one of its key; return why it is not taken."""
    check_master(desk, actor)
    try:
        row = entry_of(kind, said)
    except RowRefused as refused:
        return RowError(None, refused.code, refused.params)
    _, errors = _take(desk, kind, [row], actor, at, dry_run=False)
    return replace(errors[0], line=None) if errors else None


def _once(kind: str, rows: Sequence[Entry]) -> tuple[list[Entry], list[RowError]]:
    """A key that stands in an earlier line is wrong in the later one, whatever it says."""
    seen: dict[str, int] = {}
    kept, errors = [], []
    for row in rows:
        key = KEYS[kind](row)
        if key in seen:
            errors.append(RowError(row.line, "key_twice", {"other": seen[key]}))
        else:
            seen[key] = row.line
            kept.append(row)
    return kept, errors


def _take(
    desk: Desk, kind: str, rows: Sequence[Entry], actor: Actor, at: datetime, *, dry_run: bool
) -> tuple[Counter[Did], list[RowError]]:
    did: Counter[Did] = Counter()
    errors: list[RowError] = []
    try:
        with desk.ledger.write() as tx:
            for row in rows:
                try:
                    did[TAKERS[kind](tx, desk, row, actor, at)] += 1
                except RowRefused as refused:
                    errors.append(RowError(row.line, refused.code, refused.params))
                except Refusal as refusal:
                    errors.append(RowError(row.line, refusal.code.value, refusal.params))
            _end_try(dry_run)
    except _OnlyTried:
        pass
    return did, errors


def _end_try(dry_run: bool) -> None:
    if dry_run:
        raise _OnlyTried
