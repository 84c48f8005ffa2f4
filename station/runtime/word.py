"""What a station says of itself each minute, so that the map is right before a backlog is in."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from station import release
from station.acts import down
from station.acts.desk import Desk
from station.grain.cells import CellState
from station.models import releases
from station.post.box import this_box
from station.post.sending import owing
from station.receival.packs.pack_standing import pack_in_force, packs_in_force
from station.receival.storage import cells
from station.site.file import Site
from station.store import audit, schema
from station.store.engine import Ledger
from station.store.posted import owing_photos
from station.store.tables import AuditEvent, Bag, Counter, PostLink

_TICKETS = "ticket "  # begins the names of the counters that number tickets


@dataclass(frozen=True, slots=True)
class Place:
    """Where a silo stands (degrees, None: not told), what people call it, and when a day begins there."""

    name: str
    latitude: float | None = None
    longitude: float | None = None
    timezone: str = "Europe/Paris"
    day_starts: str = "04:00"


def place_of(site: Site) -> Place:
    name = site.display_name or site.name
    return Place(name, site.latitude, site.longitude, site.timezone, site.day_starts)


def word_of(
    ledger: Ledger, clock: Callable[[], datetime], place: Place | None = None,
    compares: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Cursor, owed, last event and tickets, present contents of the cells, clock, where this is, how it
    compares, and what runs here by its hash."""
    now = clock()
    with ledger.read() as tx:
        seq = audit.last_seq(tx)
        event = tx.get(AuditEvent, seq)
        return {
            "at": now.isoformat(),
            "cursor": _cursor(tx),
            **_owed(tx),
            "box": this_box(),
            "audit": [event.seq, event.hash] if event else None,
            "tickets": _tickets(tx),
            "down": down.newest(tx),
            "site": asdict(place) if place else None,
            "compares": dict(compares or {}),
            "cells": [_cell(one) for one in cells.states(tx)],
            **_running(tx, now),
        }


def compares(desk: Desk) -> dict[str, Any]:
    """What the site file says of comparisons: headquarters compares as the site does."""
    watching = desk.watching
    return {
        "campaign": desk.policy.campaign,
        "tolerance": {str(name): value for name, value in watching.tolerance.items()},
        "permitted": {str(name): value for name, value in watching.permitted.items()},
        "citation": watching.citation,
        "control_every_days": watching.control_every_days,
    }


def _cell(one: CellState) -> dict[str, Any]:
    return {
        "id": one.id, "kg": round(one.content_t * 1000.0, 3), "species": one.species, "grade": one.grade,
        "capacity_kg": round(one.capacity_t * 1000.0, 3), "reserved_kg": round(one.reserved_t * 1000.0, 3),
    }  # fmt: skip


def _cursor(tx: Session) -> dict[str, Any] | None:
    """The last bag that headquarters has acknowledged, and the last one that is sealed."""
    link = tx.get(PostLink, "hub")
    if link is None:
        return None
    sealed = tx.exec(select(func.max(Bag.number)).where(Bag.epoch == link.epoch)).one()
    return {"epoch": link.epoch, "acknowledged": link.acknowledged, "sealed": sealed or 0}


def _owed(tx: Session) -> dict[str, Any]:
    owed, photos = owing(tx), owing_photos(tx)
    return {
        "owed": owed.bags if owed else 0,
        "changes": owed.changes if owed else 0,
        "oldest_at": owed.oldest_at.isoformat() if owed and owed.oldest_at else None,
        "photos_owed": photos.count,
        "photo_bytes_owed": photos.size,
        "oldest_photo_at": photos.oldest_at.isoformat() if photos.oldest_at else None,
    }


def _tickets(tx: Session) -> dict[str, int]:
    """The last number of each campaign."""
    rows = tx.exec(select(Counter).where(col(Counter.name).startswith(_TICKETS)))
    return {row.name.removeprefix(_TICKETS): row.value for row in rows}


def _running(tx: Session, now: datetime) -> dict[str, Any]:
    pack, held = pack_in_force(tx, now), packs_in_force(tx, now).values()
    return {
        "release": release.release(),
        "revision": release.revision(),
        "schema": schema.head(),
        "models": sorted(set(releases.active_set(tx).values())),
        "rule_pack": {"name": pack.name, "version": pack.version, "sha256": pack.sha256} if pack else None,
        "rule_packs": sorted({one.sha256 for one in held}),
    }
