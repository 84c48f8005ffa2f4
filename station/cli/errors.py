"""What an error of the ledger or of its disk says to the person, and the exit code that it means."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo

import typer

from station.cli.file_words import end_of
from station.cli.say import LANGUAGE, Exit, fail, tell
from ui.words.i18n import translator

if TYPE_CHECKING:
    from station.setting_problems import SettingsError
    from station.site.file import SiteSettings
    from station.store.errors import LedgerError


def end_with(error: "LedgerError | OSError") -> NoReturn:
    """Ends the command with a sentence. An error of the system that names no file is raised."""
    from station.store.errors import LedgerPresent, meaning_at_start
    from ui.words.problems import problem

    if isinstance(error, OSError):
        file = Path(error.filename) if isinstance(error.filename, str) else Path()
        meaning = meaning_at_start(error, file)
        if meaning is None or not (error.filename or meaning.passing):
            raise error
        error = meaning
    code = Exit.TRY_AGAIN if error.passing else Exit.DATABASE
    if isinstance(error, LedgerPresent):
        code = Exit.NEGATIVE
    fail(". ".join(problem(error.code.value, error.params, LANGUAGE)), code)


def end_with_file(file: Path, error: OSError) -> NoReturn:
    """A full disk may be another one's; all else is the fault of the file that was named."""
    from station.store.errors import meaning_of

    if meaning := meaning_of(error, Path(error.filename or file)):
        end_with(meaning)
    end_of(error.filename or file, error)


def settings_of(config: Path) -> "SiteSettings":
    """The site file's settings; ends the command where they cannot be used."""
    from station.setting_problems import SettingsError
    from station.site.read import load_settings

    try:
        return load_settings(config)
    except SettingsError as error:
        end_with_settings(config, error)


def moments_of(config: Path) -> Callable[[str], str]:
    """Return what writes an instant as the site's day and time."""
    name, t = settings_of(config).site.timezone, translator(LANGUAGE)
    zone = ZoneInfo(name) if name else None

    def write(at: str) -> str:
        moment = datetime.fromisoformat(at)
        return f"{t.date(moment, zone)} {t.time(moment, zone)}"

    return write


def end_with_settings(config: Path, error: "SettingsError") -> NoReturn:
    """Ends the command with every problem of the site file, one a line, in the site's language."""
    from station.site.read import language_in

    for problem in error.problems:
        tell(f"silo: {problem.line(language_in(config) or LANGUAGE)}")
    raise typer.Exit(Exit.CONFIGURATION)
