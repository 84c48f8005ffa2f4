"""A person ends what is told of a bridge that has not shown zero between two vehicles."""

from ui.tui.choose_device import choose_device
from ui.tui.screens.base import StationScreen


def ask_settle_zero(screen: StationScreen) -> None:
    """Say what to do, and let the person say that there is nothing to weigh; that is not preselected."""
    station, t, bridges = screen.station, screen.t, screen.board.bridges_not_at_zero
    if not bridges:
        station.say(t.gettext("Every bridge has shown zero since its last weighing."))
        return
    choose_device(
        screen,
        t.gettext("The bridge did not show zero between two vehicles: drive off, zero, weigh again"),
        bridges,
        offered=t.gettext("{name}: nothing to weigh there (the same vehicle, or weighed by hand)"),
        done=t.gettext("{name}: settled; the next vehicle needs zero before it."),
        act=station.client.settle_zero,
        preselects=False,
    )
