"""Two watched folders, for a program that knows no HTTP: what it says comes in, what became of it goes out.

`in/` takes files under their final name (a writer renames them when they are whole); each is answered by a
file of its name in `answers/` and moves to `taken/`. A kill at any moment loses nothing and doubles nothing:
a file that is read again changes nothing, and an answer is written before its file moves. `out/` gets the
facts of the feed: a batch is written aside, the cursor is moved, the batch takes its name.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from drivers.transport.half_written import is_temporary
from station.acts.desk import Actor, Desk
from station.acts.refusals import Refusal
from station.api import schemas
from station.api.arrivals import announcement_of, issued_of
from station.api.views.feed import feed
from station.exchange.reading import MOST_BYTES, REF, Said, read_file, unread_columns
from station.receival.arrivals import announcing
from station.receival.masters.table_files import RowError
from station.receival.papers import erp_tickets
from station.store.durable import arriving
from ui.words.row_errors import row_error

FOLDERS = ("in", "answers", "taken", "out")
BATCH = 200
PROGRAM = Actor("erp", "ERP")


@dataclass(frozen=True, slots=True)
class Exchange:
    desk: Desk
    clock: Callable[[], datetime]
    folder: Path
    language: str = "fr"
    half_written_s: float = 60.0
    _seen: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    _failed: dict[str, tuple[datetime, str]] = field(default_factory=dict)

    def look(self) -> None:
        """Do a turn; while the folder cannot be used nothing is lost, and every screen is told."""
        try:
            self.turn()
            self._failed.clear()
        except OSError as error:
            since = self._failed.get("turn", (self.clock(), ""))[0]
            self._failed["turn"] = since, error.strerror or type(error).__name__

    def warnings(self) -> list[tuple[str, dict[str, Any]]]:
        """What every screen says of the folder."""
        now, folder = self.clock(), str(self.folder)
        return [
            ("exchange_fails", {"folder": folder, "error": error, "age_s": (now - since).total_seconds()})
            for since, error in self._failed.values()
        ]

    def turn(self) -> None:
        """Take what is there, and tell what is new."""
        for name in FOLDERS:
            _make_shared(self.folder / name)
        while self.take_one():
            pass
        while self.tell_one():
            pass

    def take_one(self) -> bool:
        """Take the oldest whole file; False where none waits."""
        waiting = [path for path in (self.folder / "in").iterdir() if self._is_whole(path)]
        path = min(waiting, key=lambda one: (one.stat().st_mtime, one.name), default=None)
        if path is None:
            return False
        said, errors, unread = _read(path)
        answers = [self._take(one) for one in said]
        answers += [self._wrong(one) for one in errors]
        answers.sort(key=lambda one: one["line"] or 0)
        answer = {"file": path.name, "at": self.clock().isoformat(), "rows": answers}
        if unread:
            answer["unread"] = unread  # the titles of columns under which nothing is taken
        _write(self.folder / "answers" / f"{path.name}.answer.json", answer)
        path.replace(_free(self.folder / "taken", path.name))
        return True

    def tell_one(self) -> bool:
        """Write one batch of facts; False where none is new."""
        out, place = self.folder / "out", self.folder / "cursor.json"
        begun: dict[str, Any] = {"after": 0, "batch": ""}
        known = json.loads(place.read_text()) if place.exists() else begun
        if (
            known["batch"] and (whole := out / f"{known['batch']}.tmp").exists()
        ):  # killed before it had its name
            whole.replace(out / known["batch"])
        with self.desk.ledger.read() as tx:
            found = feed(tx, int(known["after"]), BATCH)
        if not found.facts:
            return False
        batch = f"facts-{found.facts[0].cursor}-{found.facts[-1].cursor}.json"
        facts = [fact.model_dump(mode="json") for fact in found.facts]
        _write(out / f"{batch}.tmp", facts)
        _write(place, {"after": int(found.next), "batch": batch})
        (out / f"{batch}.tmp").replace(out / batch)
        return True

    def _is_whole(self, path: Path) -> bool:
        """Tell whether it may be read: one that does not end as a whole file does waits, but not for ever."""
        if is_temporary(path.name) or not path.is_file():
            return False
        size, now = path.stat().st_size, self.clock()
        before, since = self._seen.get(path.name, (-1, now))
        if size != before:
            self._seen[path.name] = size, now
            since = now
        if size > MOST_BYTES or not os.access(path, os.R_OK) or _ends_whole(path):
            self._seen.pop(path.name, None)
            return True
        return (now - since).total_seconds() >= self.half_written_s

    def _take(self, said: Said) -> dict[str, Any]:
        try:
            did = self._act(said)
        except Refusal as refusal:
            params = {**refusal.params, REF: said.named}
            return self._wrong(RowError(said.line, refusal.code.value, params))
        return {"line": said.line, "external_ref": said.named, "did": did}

    def _act(self, said: Said) -> str:
        at = self.clock()
        if said.body is None:
            announcing.withdraw(self.desk, said.ref, PROGRAM, at)
            return "withdrawn"
        if isinstance(said.body, schemas.ErpTicketIn):
            issued = issued_of(said.body, ref=said.ref, load_id=said.load_id)
            return erp_tickets.take_number(self.desk, issued, PROGRAM, at)[1]
        return announcing.announce(self.desk, said.ref, announcement_of(said.body), PROGRAM, at)[1]

    def _wrong(self, error: RowError) -> dict[str, Any]:
        reason = row_error(None, error.code, error.params, self.language)
        return {
            "line": error.line, "external_ref": error.params.get(REF, ""), "did": "refused",
            "code": error.code, "reason": reason,
        }  # fmt: skip


def _read(path: Path) -> tuple[list[Said], list[RowError], list[str]]:
    """What a file says, what of it is not taken, and the columns that nobody reads. One that the station's
    user may not read is answered as well: it keeps no other one waiting."""
    is_csv = path.suffix.lower() != ".json"  # whatever else it is called, it is told what is wrong with it
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except PermissionError:
        return [], [RowError(None, "file_not_readable")], []
    return *read_file(data, is_csv=is_csv), unread_columns(data) if is_csv else []


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 64))
        end = file.read()
    if path.suffix.lower() == ".json":
        return end.rstrip().endswith((b"]", b"}"))
    return path.suffix.lower() == ".csv" and end.endswith((b"\n", b"\n\0"))  # a UTF-16 file's too


def _make_shared(folder: Path) -> None:
    """Make a folder that the program's user enters too, by the folder's group."""
    if not folder.is_dir():
        folder.mkdir(parents=True)
        folder.chmod(0o2770)


def _free(folder: Path, name: str) -> Path:
    """Name a place where no earlier file of this name lies."""
    names = (folder / (f"{number}-{name}" if number else name) for number in count())
    return next(place for place in names if not place.exists())


def _write(target: Path, content: Any) -> None:
    """Write it whole or not at all."""
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    with arriving(target) as path:
        path.write_text(text, encoding="utf-8")
        path.chmod(0o660)
