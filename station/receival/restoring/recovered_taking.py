"""How rows come back that are not taken as they were: without secrets, or beside what was done since."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from sqlmodel import col, false, select

from station.receival.restoring.recovered_rows import Row, Work, change, table_of
from station.store.tables import (
    Frame,
    Load,
    Person,
    Reading,
    Terminal,
    Ticket,
    Weighing,
)


def _persons(work: Work, rows: Iterable[Row]) -> Iterator[Row]:
    """They come back without a PIN, and sign in once they have another. Who was removed or forgotten since
    the backup is so again."""
    for row in rows:
        here = work.tx.get(Person, row["id"])
        if here is None:
            taken = work.tx.exec(select(Person.id).where(Person.name_key == row["name_key"])).first()
            key = row["id"] if taken else row["name_key"]
            yield row | {"name_key": key, "active": False, "pin_hash": "", "password_hash": None}
        elif here.active and not row["active"]:
            yield row
            gone = {"pin_hash": "", "password_hash": None}
            change(work, table_of("person"), (row["id"],), gone)


def _terminals(work: Work, rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        here = work.tx.get(Terminal, row["id"])
        if here is None:
            yield row | {"token_hash": f"recovered {row['id']}", "revoked_at": row["revoked_at"] or work.at}
        elif here.revoked_at is None and row["revoked_at"]:
            yield row


def _loads(work: Work, rows: Iterable[Row]) -> Iterator[Row]:
    """A load that has its outcome there has it here, whatever was begun with it since; one that is open asks
    whether it was closed on paper in between."""
    for row in rows:
        here, is_open = work.tx.get(Load, row["id"]), row["outcome"] is None
        if here is None:
            yield row | {"asks_paper": is_open}
        elif is_open:
            if here.outcome is None:
                yield row | {"asks_paper": here.asks_paper}
        elif here.outcome == "ticketed" != row["outcome"]:
            work.leave("load", [row["id"]], "ticketed_here")
        else:
            if here.outcome != "ticketed":
                work.touched.discard(("load", (row["id"],)))
            yield row | {"asks_paper": False}


def _frames(work: Work, rows: Iterable[Row]) -> Iterator[Row]:
    """The journal may have given a frame to the ledger once more: its weight or reading is the same one."""
    for row in rows:
        place = (Frame.segment == row["segment"], Frame.offset == row["offset"])
        here = work.tx.exec(select(Frame.id).where(*place)).first()
        if here is not None and here != row["id"]:
            work.other["frame", row["id"]] = here
        else:
            yield row


def _weighings(work: Work, rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        frame = work.other.get(("frame", row["frame_id"]))
        here = work.tx.exec(select(Weighing).where(Weighing.frame_id == frame)).first() if frame else None
        if here is None:
            real = row.get("repeats_id")
            yield row | {"repeats_id": work.other.get(("weighing", real), real)}
            continue
        work.other["weighing", row["id"]] = here.id
        if here.state != row["state"]:
            change(work, table_of("weighing"), (here.id,), {"state": row["state"]})


def _readings(work: Work, rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        frame = work.other.get(("frame", row["frame_id"]))
        here = work.tx.exec(select(Reading.id).where(Reading.frame_id == frame)).first() if frame else None
        if here is None:
            yield row
        else:
            work.other["reading", row["id"]] = here


def _pairings(work: Work, rows: Iterable[Row]) -> Iterator[Row]:
    """Photos do not come back, so neither does what they belonged to."""
    for row in rows:
        if row["item_kind"] != "capture":
            item = work.other.get(("reading", row["item_id"]), row["item_id"])
            yield row | {"item_id": item}


def _tickets(work: Work, rows: Iterable[Row]) -> Iterator[Row]:
    """A number that stands on another ticket by now is on two papers, and a load that was weighed again has
    two: a person looks at them."""
    for row in rows:
        query = select(Ticket.id).where(Ticket.site == row["site"], Ticket.campaign == row["campaign"])
        here = work.tx.exec(query.where(Ticket.number == row["number"])).first()
        if here is not None and here != row["id"]:
            work.leave("ticket", [row["number"]], "number_twice")
            continue
        others = select(Ticket.number).where(Ticket.load_id == row["load_id"], Ticket.id != row["id"])
        others = others.where(col(Ticket.corrects_id).is_(None))
        others = others if row["corrects_id"] is None else others.where(false())
        for other in work.tx.exec(others):
            if here is None:
                work.leave("ticket", [row["number"], other], "load_twice")
        yield row


def _shipments(work: Work, rows: Iterable[Row]) -> Iterator[Row]:
    """The movements that they name came back under other keys."""
    for row in rows:
        moved = {
            name: work.other.get(("cell_movement", row[name]), row[name])
            for name in ("movement_id", "back_id")
        }
        yield row | moved


def _told_again(name: str, key: str, used: str) -> Callable[[Work, Iterable[Row]], Iterator[Row]]:
    """Take rows of which another program may have told again since the restore: the same `key` is the same
    thing, and what is `used` here already stays."""
    table = table_of(name)

    def take(work: Work, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            query = select(table.c.id, table.c[used]).where(table.c[key] == row[key])
            here = work.tx.execute(query).first()
            if here is None or here[0] == row["id"]:
                yield row
            elif here[1] is None:
                work.touched.discard((name, (here[0],)))
                yield row | {"id": here[0]}

    return take


def _print_jobs(_work: Work, rows: Iterable[Row]) -> Iterator[Row]:
    """What was to be printed may be out since: nothing of it is printed without being asked for."""
    for row in rows:
        yield row if row["state"] in ("printed", "dropped") else row | {"state": "asks", "unanswered": True}


TAKEN: Mapping[str, Callable[[Work, Iterable[Row]], Iterator[Row]]] = {
    "person": _persons, "terminal": _terminals, "load": _loads, "frame": _frames, "weighing": _weighings,
    "reading": _readings, "pairing": _pairings, "ticket": _tickets, "shipment": _shipments,
    "expected_shipment": _told_again("expected_shipment", "number", "load_id"), "print_job": _print_jobs,
    "announced_arrival": _told_again("announced_arrival", "external_ref", "visit_id"),
}  # fmt: skip
