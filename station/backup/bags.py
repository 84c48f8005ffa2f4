"""Bags go to the second disk as they close: with the box some seconds of them are lost at most."""

from datetime import datetime
from pathlib import Path

from sqlmodel import func, select

from station.backup.mirror import Rest, copy_file, missing_in
from station.post import keeping
from station.post.folder import NAME, BagFolder
from station.post.sealing import forget_before
from station.store.engine import Ledger
from station.store.tables import Bag, PostLink

AT_ONCE = 200


class BagMirror:
    """Remembers which bag it copied last, and looks at all that are there where it cannot know: at first, in
    another line, and after `forget`. Raises OSError, and what `rest` raises."""

    def __init__(self, ledger: Ledger, disk: Path) -> None:
        self._ledger = ledger
        self._here, self._there = BagFolder(ledger.folder / NAME), BagFolder(disk / NAME)
        self._epoch, self._number = "", 0

    def forget(self) -> None:
        """The disk was away or failed: nobody knows what is there."""
        self._epoch = ""

    def follow(self, rest: Rest) -> None:
        with self._ledger.read() as tx:
            link = tx.get(PostLink, "hub")
            if link is None:
                return
            newest = tx.exec(select(func.max(Bag.number)).where(Bag.epoch == link.epoch)).one() or 0
        if link.epoch != self._epoch:
            self._copy_all(rest)
            self._epoch, self._number = link.epoch, newest
        while rows := self._next():
            for row in rows:
                self._copy(row, rest)
                self._number = row.number

    def _next(self) -> list[Bag]:
        with self._ledger.read() as tx:
            return keeping.newer_than(tx, self._epoch, self._number, AT_ONCE)

    def prune(self, at: datetime) -> None:
        with self._ledger.read() as tx:
            keeping.prune(tx, self._there, at)

    def _copy(self, row: Bag, rest: Rest) -> None:
        for file in keeping.files_of(self._here, row):
            copy_file(file, self._there.folder / file.relative_to(self._here.folder), rest)
        if row.forgets:
            forget_before(self._there, row.epoch, row.number)

    def _copy_all(self, rest: Rest) -> None:
        """A persons' part that was emptied meanwhile has another size, so it is emptied there too."""
        for line in sorted(path for path in self._here.folder.glob("[!.]*") if path.is_dir()):
            for found in missing_in(line, self._there.folder / line.name):
                copy_file(found.source, found.target, rest)
