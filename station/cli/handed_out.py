"""Papers that the station hands out as files are written where a person wants them."""

import base64
import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from station.cli.counter import ask
from station.cli.errors import end_with_file
from station.cli.file_words import end_of


def print_or_write(
    config: Path, at: str, headers: dict[str, str], pdf: Path | None, *, to_print: dict[str, Any],
    to_write: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """Send a paper of the counter to a printer, or with `pdf` write it there; return the print job."""
    if pdf is None:
        job: dict[str, Any] = ask(config, "POST", f"{at}/print", to_print, headers=headers)
        return job
    _check_place(pdf)
    found = ask(config, "POST", f"{at}/file", to_write, headers=headers)
    _write(pdf, found)
    return dict(found["job"])


def _check_place(file: Path) -> None:
    """End the command where no file can be written there: what is handed out counts as printed."""
    folder = file.parent
    if not folder.is_dir():
        end_of(file, OSError(errno.ENOENT, ""))
    if file.is_dir():
        end_of(file, OSError(errno.EISDIR, ""))
    if not os.access(file if file.exists() else folder, os.W_OK):
        end_of(file, OSError(errno.EACCES, ""))


def _write(file: Path, paper: Mapping[str, Any]) -> None:
    """`paper` is a PaperFile of the API."""
    try:
        file.write_bytes(base64.b64decode(paper["pdf"]))
    except OSError as error:
        end_with_file(file, error)
