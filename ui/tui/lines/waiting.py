"""Write what waits for a person, for every screen: what it is, its age, and the key that goes there."""

from datetime import datetime

from ui.tui.board import Board, waits_since
from ui.tui.columns import NARROW
from ui.tui.keys import shown
from ui.tui.lines.texts import age
from ui.words.i18n import Translator


def waiting_parts(board: Board, t: Translator, width: int) -> list[str]:
    """List one part for each kind that waits; its age is that of the one that waits longest. A narrow screen
    has no room for plate and weight, but for the plate of a truck to stop."""
    queue, exceptions = shown("show('queue')", t), shown("show('exceptions')", t)
    held, stopped, lacking, blocking = board.held, board.stopped, board.lacking, board.blocking
    parts = []
    if board.health is not None and board.health.clock.asks:
        part = t.gettext("the time, by your watch [{key}]").format(key=shown("state_time", t))
        parts.append(part.replace(" ", "\N{NO-BREAK SPACE}"))
    if stopped:
        text = t.gettext("stop {plate}").format(plate=stopped[0][0].plate)
        parts.append(_part(text, len(stopped), waits_since(*stopped[0]), queue, board, t))
    offer = board.offer
    if offer is not None:
        text = t.gettext("weight {kg}").format(kg=t.kg(offer.kg) if width >= NARROW else "").strip()
        parts.append(_part(text, len(board.offers), offer.at, queue, board, t))
    for device in board.bridges_not_at_zero:
        if device.not_at_zero is not None:
            kg = t.kg(device.not_at_zero.kg) if width >= NARROW else ""
            text = t.gettext("no zero before {kg}").format(kg=kg).strip()
            parts.append(_part(text, 1, device.not_at_zero.since, shown("menu", t), board, t))
    for sentence, rows in (
        (t.gettext("hold proposed {plate}"), held),
        (t.gettext("to measure {plate}"), lacking),
    ):
        if rows:
            text = sentence.format(plate=rows[0][0].plate if width >= NARROW else "").strip()
            parts.append(_part(text, len(rows), waits_since(*rows[0]), queue, board, t))
    if blocking:
        oldest = min(item.since or item.at for item in blocking)
        parts.append(_part(t.gettext("exception"), len(blocking), oldest, exceptions, board, t))
    return parts


def _part(text: str, count: int, since: datetime, key: str, board: Board, t: Translator) -> str:
    """Write "weight 43 120 kg (2) 49 min [F2]", which stays on one line."""
    number = f" ({count})" if count > 1 else ""
    part = f"{text}{number} {age(since, board.now, t)} [{key}]"
    return part.replace(" ", "\N{NO-BREAK SPACE}")
