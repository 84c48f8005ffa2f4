"""Files that commands read and write, and whose signature lies beside one."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from station.cli.file_words import end_of
from station.cli.say import LANGUAGE, Exit, _, fail, out, tell
from ui.words.i18n import translator

if TYPE_CHECKING:
    from station.signing import PublicKey


def read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        end_of(path, error)


def read_text(path: Path) -> str:
    """Read a file of text; ends the command where it is none."""
    try:
        return read_bytes(path).decode()
    except UnicodeDecodeError:
        fail(_("{file}: this is no text in UTF-8").format(file=path), Exit.USAGE)


def read_table(path: Path) -> str:
    """Read a CSV file as a spreadsheet program saves it; ends the command where it is a workbook."""
    from station.receival.masters.table_files import RowRefused, text_of
    from ui.words.row_errors import row_error

    try:
        return text_of(read_bytes(path))
    except RowRefused as refused:
        why = row_error(None, refused.code, refused.params, LANGUAGE)
        fail(translator(LANGUAGE).named(str(path), why), Exit.USAGE)


def end_taken(taken: dict[str, Any], said: str, *, as_json: bool) -> NoReturn:
    """Tell which rows of a table were not taken, and why, then `said`; or all of it as JSON. Ends with a
    negative answer where a row was left."""
    if as_json:
        out(taken)
    else:
        for one in taken["errors"]:
            tell(one["message"])
        if unread := taken.get("unread"):
            tell(_("columns that were not read: {columns}").format(columns=", ".join(unread)))
        tell(said)
    raise typer.Exit(Exit.NEGATIVE if taken["errors"] else Exit.DONE)


def write_bytes(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        end_of(path, error)


def signer_of_file(file: Path, keys: list[Path]) -> "PublicKey | None":
    """Return whose signature lies beside the file; None where no key was given to check it with. Raises
    SignatureError."""
    from station.signing import ENDING, SignatureError, parse_public_key, verify

    data = read_bytes(file)
    if not keys:
        return None
    try:
        trusted = [parse_public_key(read_bytes(path).decode(errors="replace")) for path in keys]
    except SignatureError as error:
        fail(str(error), Exit.CONFIGURATION)
    return verify(data, read_bytes(Path(f"{file}{ENDING}")).decode(errors="replace"), trusted)
