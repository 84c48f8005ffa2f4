"""Reconciling a restored ledger: what headquarters and sticks have beyond it comes back, then another line of
bags begins, all in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from station.acts.desk import Actor, Desk
from station.post.bag import sha256_of
from station.post.box import this_box
from station.post.folder import BagFolder
from station.post.link import begin
from station.post.recovery import (
    CannotRecover,
    FromFolder,
    FromHub,
    GiveAfter,
    Given,
    Place,
    Told,
    common_place,
    keys_in,
    known_places,
)
from station.receival.restoring.recovered_rows import Key, touched_here
from station.receival.restoring.recovering import Recovered, recover
from station.store.durable import make_folder
from station.store.ids import new_id
from station.store.tables import Bag, PostLink

LATELY_S = 600.0


@dataclass(frozen=True, slots=True)
class Sources:
    """Who is asked: headquarters (None: it does not answer), and folders with bags. `replaces`: the machine
    that this one stands in for, where headquarters heard it lately."""

    give_after: GiveAfter | None
    folders: Sequence[Path] = ()
    replaces: str = ""


def reconcile(desk: Desk, bags: BagFolder, sources: Sources, actor: Actor, at: datetime) -> Recovered:
    """Take back what is missing. Raises CannotRecover, NotFound where this station has no headquarters, what
    `give_after` raises, and OSError; then nothing was changed."""
    make_folder(bags.folder)
    with TemporaryDirectory(dir=bags.folder, prefix=".reconciling-") as scratch:
        told = Told(Path(scratch) / "told.db")
        try:
            return _reconcile(desk, bags, sources, told, actor, at)
        finally:
            told.close()


def _reconcile(
    desk: Desk, bags: BagFolder, sources: Sources, told: Told, actor: Actor, at: datetime
) -> Recovered:
    with desk.ledger.read() as tx:
        link = tx.get_one(PostLink, "hub")
        places, touched = known_places(tx), touched_here(tx)
    station, rows = link.station, list[Bag]()
    follows, start = link.follows, places[0]
    if sources.give_after is not None:
        start = common_place(sources.give_after, places)
        line = FromHub(sources.give_after, station, start)
        rows += _lay_aside(line, told, bags, at)
        _refuse_second_machine(line.boxes, sources.replaces)
        follows = _named(told.last if told.bags else start)
    for folder in (bags.folder, *sources.folders):
        stick = FromFolder(folder, station)
        begins = told.last if told.bags else stick.common_place(places)
        if begins is None:
            continue
        start = start if told.bags else begins
        more = _lay_aside(stick.after(begins), told, bags, at)
        if more and sources.give_after is None:
            follows = _named(told.last)
        rows += more
    touched |= _sealed_since(bags, places[: places.index(start)])
    with desk.ledger.write() as tx:
        recovered = recover(tx, desk, told, touched, actor, at)
        for row in rows:
            tx.merge(row)
        begun = begin(tx, station, new_id(at), at, follows=follows)
        begun.forgets |= told.forgets
    return recovered


def _named(place: Place) -> dict[str, object] | None:
    if not place.number:
        return None
    return {"epoch": place.epoch, "number": place.number, "sha256": place.sha256}


def _lay_aside(line: Iterable[Given], told: Told, bags: BagFolder, at: datetime) -> list[Bag]:
    """Read bags, and keep them among our own."""
    rows = []
    for given in line:
        told.add(given)
        head = given.head
        if not bags.facts(head.epoch, head.number).exists():
            bags.write(head.epoch, head.number, given.facts, given.people)
        rows.append(
            Bag(
                epoch=head.epoch, number=head.number, sha256=sha256_of(given.facts), previous=head.previous,
                from_seq=head.from_seq, to_seq=head.to_seq, revision=head.revision, whole=head.whole,
                forgets=head.forgets, part=head.part, parts=head.parts, rows=0, size=len(given.facts),
                at=datetime.fromisoformat(head.at), acknowledged_at=at,
            )
        )  # fmt: skip
    return rows


def _refuse_second_machine(boxes: dict[str, float], replaces: str) -> None:
    """Raises CannotRecover(another_machine): headquarters hears another one as this station, so neither may
    take the other's place without a person."""
    for box, seconds in boxes.items():
        if box not in (this_box(), replaces) and seconds < LATELY_S:
            raise CannotRecover("another_machine", box)


def _sealed_since(bags: BagFolder, places: Iterable[Place]) -> set[tuple[str, Key]]:
    """The rows in bags of our own that headquarters does not have: they were changed here."""
    found = set[tuple[str, Key]]()
    for place in places:
        if bags.facts(place.epoch, place.number).exists():
            found |= set(keys_in(Given.of(*bags.read(place.epoch, place.number))))
    return found
