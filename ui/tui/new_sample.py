"""A person says when an instrument that repeats its last result shows a new sample's."""

from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen


def ask_new_sample(screen: StationScreen) -> None:
    """Ask first, because a key pressed by mistake would take the last sample's value once more."""
    station, t, devices = screen.station, screen.t, screen.board.repeating_devices
    if not devices:
        station.say(t.gettext("Every instrument here sends each result once: measure the sample."))
        return
    shows = t.gettext("{name} shows the new sample's value")
    options = [Option(device.id, shows.format(name=device.name)) for device in devices]

    def announce(choice: Choice) -> None:
        name = next(device.name for device in devices if device.id == choice.key)
        text = t.gettext("{name}: the next value counts as a new sample's.").format(name=name)
        station.record(lambda: station.client.new_sample(choice.key), text)

    screen.choose(t.gettext("A new sample with the same value as the last one?"), options, announce)
