"""An instrument that says its last result again and again: a person says when it shows a new sample's."""

from typing import TYPE_CHECKING

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen

if TYPE_CHECKING:
    from ui.tui.app import StationApp


def repeating(app: "StationApp") -> list[schemas.Device]:
    return [device for device in app.board.devices if device.repeats]


def ask_new_sample(app: "StationApp") -> None:
    """Asked, because a key pressed by mistake would take the last sample's value once more."""
    t, devices = app.t, repeating(app)
    if app.client.person is None or not isinstance(app.screen, StationScreen):
        return
    if not devices:
        app.say(t.gettext("Every instrument here sends each result once: measure the sample."))
        return
    shows = t.gettext("{name} shows the new sample's value")
    options = [Option(device.id, shows.format(name=device.name)) for device in devices]

    def told(choice: Choice) -> None:
        name = next(device.name for device in devices if device.id == choice.key)
        said = t.gettext("{name}: the next value counts as a new sample's.").format(name=name)
        app.record(lambda: app.client.new_sample(choice.key), said)

    app.screen.choose(t.gettext("A new sample with the same value as the last one?"), options, told)
