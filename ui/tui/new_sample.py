"""A person says when an instrument that repeats its last result shows a new sample's."""

from ui.tui.choose_device import choose_device
from ui.tui.screens.base import StationScreen


def ask_new_sample(screen: StationScreen) -> None:
    """Ask first, because a key pressed by mistake would take the last sample's value once more."""
    station, t, devices = screen.station, screen.t, screen.board.repeating_devices
    if not devices:
        station.say(t.gettext("Every instrument here sends each result once: measure the sample."))
        return
    choose_device(
        screen,
        t.gettext("A new sample with the same value as the last one?"),
        devices,
        offered=t.gettext("{name} shows the new sample's value"),
        done=t.gettext("{name}: the next value counts as a new sample's."),
        act=station.client.new_sample,
    )
