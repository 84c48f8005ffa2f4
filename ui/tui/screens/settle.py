"""A loaded reading may be one of several weights: a person looks at the display and says which."""

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen
from ui.words.vocabulary import analyte_name


def ask_size(screen: StationScreen, device: schemas.Device) -> None:
    """Ask what the display of `device` shows; its settings follow from the number, of which
    none is preselected."""
    station, t = screen.station, screen.t
    options = [
        Option(str(number), f"{_numbers(way, screen)}  ({_settings(way.settings)})")
        for number, way in enumerate(device.open_ways)
    ]

    def keep(choice: Choice) -> None:
        way = device.open_ways[int(choice.key)]
        body = schemas.SettleIn(settings=way.settings, note=_numbers(way, screen))
        notice = t.gettext("{name}: {settings} from now on.").format(
            name=device.name, settings=_settings(way.settings)
        )
        station.record(lambda: station.client.settle_instrument(device.id, body), notice)

    title = t.gettext("What does the display of {name} show?").format(name=device.name)
    screen.choose(title, options, keep, preselects=False)


def _numbers(way: schemas.OpenWay, screen: StationScreen) -> str:
    return ", ".join(
        f"{analyte_name(name, screen.t.language)} {'-' if number is None else screen.t.plain(number)}"
        for name, number in way.values.items()
    )


def _settings(settings: dict[str, str]) -> str:
    return " ".join(f"{key} = {word}" for key, word in settings.items())
