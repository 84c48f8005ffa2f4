"""The station asks about figures that do not fit what it knows: all of it in words, one answer for all."""

from collections.abc import Callable

from station.api import schemas
from ui.tui.dialogs import Option
from ui.tui.notice import problem_text
from ui.tui.screens.base import StationScreen


def ask_again(screen: StationScreen, then: Callable[[], None]) -> Callable[[schemas.Problem], bool]:
    """Return what handles a refusal: where the station asked, the person is asked, and `then` follows a yes.
    Enter alone is none."""

    def handle(refused: schemas.Problem) -> bool:
        remarks = refused.params.get("remarks")
        if not remarks:
            return False
        more = [str(remark["message"]) for remark in remarks[1:]]
        yes = Option("yes", screen.t.gettext("yes, it is right: write it"))
        text = "\n".join([*more, problem_text(refused, screen.t)])
        screen.choose(text, [yes], lambda _: then(), preselects=False)
        return True

    return handle
