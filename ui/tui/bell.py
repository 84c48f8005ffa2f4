"""The bell rings once when something new begins to wait for a person."""

from collections.abc import Collection, Mapping

from ui.tui.board import Board

KINDS = ("bridge", "hold", "measure", "exception")


class Bell:
    """It rings for these kinds. What waits when the terminal opens is not new; nothing rings twice."""

    def __init__(self, kinds: Collection[str]) -> None:
        self._kinds = frozenset(kinds)
        self._known: set[tuple[str, str]] | None = None

    def hears(self, board: Board) -> bool:
        """Tell whether it rings: something waits that did not yet."""
        if board.site is None:
            return False
        waits = {(kind, key) for kind, keys in waiting(board).items() if kind in self._kinds for key in keys}
        is_new = self._known is not None and not waits <= self._known
        self._known = waits | (self._known or set())
        return is_new


def waiting(board: Board) -> Mapping[str, list[str]]:
    """List by kind what waits for a person, each by what it is known by."""
    unzeroed = [(device.id, device.not_at_zero) for device in board.bridges_not_at_zero]
    return {
        "bridge": [
            *(offer.id for offer in board.offers),
            *(f"{device} {load.since.isoformat()}" for device, load in unzeroed if load is not None),
        ],
        "hold": [
            *(load.id for _, load in board.held),
            *(f"{load.id} {found}" for _, load in board.stopped for found in load.found_since),
        ],
        "measure": [load.id for _, load in board.lacking],
        "exception": [item.id for item in board.blocking],
    }
