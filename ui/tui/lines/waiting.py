"""Write what waits for a person, for every screen: what it is, its age, and the key that goes there."""

from datetime import datetime

from station.api import schemas
from ui.tui.board import Board
from ui.tui.columns import NARROW
from ui.tui.keys import shown
from ui.tui.lines.texts import age
from ui.words.i18n import Translator

Row = tuple[schemas.VisitRow, schemas.LoadRow]


def waiting_parts(board: Board, t: Translator, width: int) -> list[str]:
    """List one part for each kind that waits; its age is that of the one that waits longest. A narrow screen
    has no room for plate and weight, but for the plate of a truck to stop."""
    queue, exceptions = shown("show('queue')", t), shown("show('exceptions')", t)
    rows = [(visit, load) for visit in board.visits for load in visit.loads]
    holds = _longest_first([row for row in rows if _is_held(row[1])])
    stopped = _longest_first([row for row in rows if row[1].found_since])
    lacking = _longest_first([row for row in rows if row[1].state in ("weighed", "waiting")])
    blocking = [item for item in board.exceptions if item.blocks]
    parts = []
    if board.health is not None and board.health.clock.asks:
        part = t.gettext("the time, by your watch [{key}]").format(key=shown("state_time", t))
        parts.append(part.replace(" ", "\N{NO-BREAK SPACE}"))
    if stopped:
        text = t.gettext("stop {plate}").format(plate=stopped[0][0].plate)
        parts.append(_part(text, len(stopped), _since(*stopped[0]), queue, board, t))
    offer = board.offer
    if offer is not None:
        text = t.gettext("weight {kg}").format(kg=t.kg(offer.kg) if width >= NARROW else "").strip()
        parts.append(_part(text, len(board.offers), offer.at, queue, board, t))
    for device in board.bridges_not_at_zero:
        if device.not_at_zero is not None:
            kg = t.kg(device.not_at_zero.kg) if width >= NARROW else ""
            text = t.gettext("no zero before {kg}").format(kg=kg).strip()
            parts.append(_part(text, 1, device.not_at_zero.since, shown("menu", t), board, t))
    if holds:
        text = (
            t.gettext("hold proposed {plate}")
            .format(plate=holds[0][0].plate if width >= NARROW else "")
            .strip()
        )
        parts.append(_part(text, len(holds), _since(*holds[0]), queue, board, t))
    if lacking:
        text = (
            t.gettext("to measure {plate}")
            .format(plate=lacking[0][0].plate if width >= NARROW else "")
            .strip()
        )
        parts.append(_part(text, len(lacking), _since(*lacking[0]), queue, board, t))
    if blocking:
        oldest = min(item.since or item.at for item in blocking)
        parts.append(_part(t.gettext("exception"), len(blocking), oldest, exceptions, board, t))
    return parts


def _longest_first(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: _since(*row))


def _since(visit: schemas.VisitRow, load: schemas.LoadRow) -> datetime:
    return load.waits_since or visit.arrived_at


def _is_held(load: schemas.LoadRow) -> bool:
    return load.state == "proposed" and load.hold


def _part(text: str, count: int, since: datetime, key: str, board: Board, t: Translator) -> str:
    """Write "weight 43 120 kg (2) 49 min [F2]", which stays on one line."""
    number = f" ({count})" if count > 1 else ""
    part = f"{text}{number} {age(since, board.now, t)} [{key}]"
    return part.replace(" ", "\N{NO-BREAK SPACE}")
