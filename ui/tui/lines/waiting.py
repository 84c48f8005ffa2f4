"""Write what waits for a person, for every screen: what it is, its age, and the key that goes there."""

from datetime import datetime

from station.api import schemas
from ui.tui.board import Board
from ui.tui.columns import NARROW
from ui.tui.keys import shown
from ui.tui.lines.texts import age
from ui.words.i18n import Translator


def waiting_parts(board: Board, t: Translator, width: int) -> list[str]:
    """List one part for each kind that waits; its age is that of the one that waits longest. A narrow screen
    has no room for plate and weight."""
    queue, exceptions = shown("show('queue')", t), shown("show('exceptions')", t)
    rows = [(visit, load) for visit in board.visits for load in visit.loads]
    holds = [visit for visit, load in rows if _is_held(load)]
    lacking = [visit for visit, load in rows if load.state in ("weighed", "waiting")]
    blocking = [item for item in board.exceptions if item.blocks]
    parts = []
    offer = board.offer
    if offer is not None:
        text = t.gettext("weight {kg}").format(kg=t.kg(offer.kg) if width >= NARROW else "").strip()
        parts.append(_part(text, len(board.offers), offer.at, queue, board, t))
    if holds:
        text = (
            t.gettext("hold proposed {plate}").format(plate=holds[0].plate if width >= NARROW else "").strip()
        )
        parts.append(_part(text, len(holds), holds[0].arrived_at, queue, board, t))
    if lacking:
        text = (
            t.gettext("to measure {plate}").format(plate=lacking[0].plate if width >= NARROW else "").strip()
        )
        parts.append(_part(text, len(lacking), lacking[0].arrived_at, queue, board, t))
    if blocking:
        oldest = min(item.at for item in blocking)
        parts.append(_part(t.gettext("exception"), len(blocking), oldest, exceptions, board, t))
    return parts


def _is_held(load: schemas.LoadRow) -> bool:
    return load.state == "proposed" and load.hold


def _part(text: str, count: int, since: datetime, key: str, board: Board, t: Translator) -> str:
    """Write "weight 43 120 kg (2) 49 min [F2]", which stays on one line."""
    number = f" ({count})" if count > 1 else ""
    part = f"{text}{number} {age(since, board.now, t)} [{key}]"
    return part.replace(" ", "\N{NO-BREAK SPACE}")
