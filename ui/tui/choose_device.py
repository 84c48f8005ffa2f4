"""A person says something of one of several devices."""

from collections.abc import Awaitable, Callable, Sequence

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen


def choose_device(
    screen: StationScreen,
    title: str,
    devices: Sequence[schemas.Device],
    *,
    offered: str,
    done: str,
    act: Callable[[str], Awaitable[object]],
    preselects: bool = True,
) -> None:
    """Offer each device by the sentence `offered`, with its {name}; `act` gets the chosen id, `done`
    says what it did."""
    station = screen.station
    options = [Option(device.id, offered.format(name=device.name)) for device in devices]

    def record(choice: Choice) -> None:
        name = next(device.name for device in devices if device.id == choice.key)
        station.record(lambda: act(choice.key), done.format(name=name))

    screen.choose(title, options, record, preselects=preselects)
