"""What an error of the ledger or of its disk says to the person, and the exit code that it means."""

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from station.cli.say import LANGUAGE, Exit, fail

if TYPE_CHECKING:
    from station.store.errors import LedgerError


def end_with(error: "LedgerError | OSError") -> NoReturn:
    """Ends the command with a sentence. An error of the system that says nothing of the disk is raised."""
    from station.store.errors import LedgerPresent, meaning_of
    from ui.words.problems import problem

    if isinstance(error, OSError):
        full = meaning_of(error, Path(error.filename or "."))
        if full is None:
            raise error
        error = full
    code = Exit.TRY_AGAIN if error.passing else Exit.DATABASE
    if isinstance(error, LedgerPresent):
        code = Exit.NEGATIVE
    fail(". ".join(problem(error.code.value, error.params, LANGUAGE)), code)
