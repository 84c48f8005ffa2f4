"""Show the values that need not be measured for now, and revoke one when its instrument is back."""

from station.api import schemas
from ui.tui.dialogs import Choice, Option
from ui.tui.screens.base import StationScreen
from ui.words import vocabulary


def show_waived(screen: StationScreen) -> None:
    """Read what holds; whoever chooses one revokes it."""
    station, t = screen.station, screen.t

    def choose(rows: list[schemas.Waiver]) -> None:
        if not rows:
            station.say(t.gettext("Every value that the rules ask for must be measured now."))
            return
        text = t.gettext("revoke: {species} without {analyte}, approved by {name}")
        options = [
            Option(
                row.id,
                text.format(
                    species=vocabulary.species_name(row.species, t.language),
                    analyte=vocabulary.analyte_name(row.analyte, t.language),
                    name=row.approved_by,
                ),
            )
            for row in rows
        ]
        screen.choose(t.gettext("Values approved as missing"), options, revoke, preselects=False)

    def revoke(choice: Choice) -> None:
        station.record(
            lambda: station.client.revoke_waiver(choice.key), t.gettext("It must be measured again.")
        )

    station.read(station.client.waivers, choose)
