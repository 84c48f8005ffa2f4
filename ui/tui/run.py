"""Open the terminal on a station."""

import os
from collections.abc import Callable, Collection

from ui.tui.app import StationApp
from ui.tui.client import StationClient
from ui.tui.last_words import last_words_of
from ui.words.i18n import language_of


def run(
    url: str,
    token: str,
    *,
    language: str | None = None,
    theme: str = "dark",
    note: Callable[[], str] | None = None,
    bell: Collection[str] = (),
) -> None:
    """Open the terminal on the station at `url` until the operator quits.

    `language` None takes the environment's. `theme` is "dark", "light" (high contrast) or "plain" (without
    colour, as NO_COLOR does). `note` gives one line that is shown below the queue and the arrival. `bell`
    names the kinds of `ui.tui.bell` that ring. Raises KeyError for an unknown theme."""
    spoken = language or language_of(*(os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")))
    client = StationClient(url, token, spoken)
    last_words = last_words_of(url)
    StationApp(client, language=spoken, theme=theme, note=note, last_words=last_words, bell=bell).run()
