"""The link to headquarters in the ledger: begun by an enrolment, begun anew by another epoch."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from station.store import change_log, posted
from station.store.tables import PostLink


def begin(
    tx: Session, station: str, epoch: str, at: datetime, urls: Sequence[str] = (), hub_key: str = "",
    follows: dict[str, Any] | None = None,
) -> PostLink:  # fmt: skip
    """From now on every change is logged, and the first bag of `epoch` has every row. In the caller's
    transaction."""
    change_log.start(tx.connection())
    link = tx.get(PostLink, "hub") or PostLink(station=station, epoch=epoch, enrolled_at=at)
    link.station, link.epoch, link.follows = station, epoch, follows
    link.urls, link.hub_key = list(urls) or link.urls, hub_key or link.hub_key
    link.acknowledged, link.snapshot, link.recovers = 0, True, ""
    posted.ask_anew(tx, link)
    tx.add(link)
    return link
