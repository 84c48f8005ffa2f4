"""The program of the co-operative: whether it can be heard, and whether its folders can be written."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from station.checks.finding import Finding, good, problem, warning
from station.exchange.folder import FOLDERS
from station.site.file import SiteSettings

WHAT = "program"
_DOCUMENTS = ("arrival", "ticket_number", "legal_ticket", "reference")


def check_program(
    settings: SiteSettings, file: Path, tokens: Collection[str] | None, language: str
) -> Iterator[Finding]:
    """`tokens`: the kinds of which there are some, None where that is not known."""
    yield from _folders(settings, file, language)
    said = settings.masters.model_dump()
    ruled = [f"[masters] {name}" for name in _DOCUMENTS if said[name] == "erp"]
    if ruled and settings.exchange is None and tokens is not None and "erp" not in tokens:
        yield warning(WHAT, "program_unheard", language, {"names": ruled})
    elif tokens is not None and "erp" in tokens:
        yield good(WHAT, "program_has_token", language)


def _folders(settings: SiteSettings, file: Path, language: str) -> Iterator[Finding]:
    """A folder that is not there yet is made in the nearest one above it that is."""
    if settings.exchange is None:
        return
    folder = file.parent / settings.exchange.folder
    made = [folder / name for name in FOLDERS if (folder / name).exists()]
    above = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    for one in (above, *made):
        if not one.is_dir() or not os.access(one, os.R_OK | os.W_OK | os.X_OK):
            yield problem(WHAT, "folder_not_writable", language, {"folder": str(one)})
            return
    yield good(WHAT, "folders_writable", language, {"folder": str(folder)})
