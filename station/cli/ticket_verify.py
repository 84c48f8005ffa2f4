"""`silo ticket verify` and `silo ticket key`: whoever has the station's public key checks the QR code of a
ticket or delivery note, without a network and without the station."""

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from station.cli.errors import end_with, end_with_file, settings_of
from station.cli.options import ConfigOption, JsonOption
from station.cli.say import LANGUAGE, Exit, _, fail, hand_out, out, show
from ui.words.i18n import translator

if TYPE_CHECKING:
    from station.signing import PublicKey

_PAGE_S, _DPI = 30.0, "200"

TextArgument = Annotated[
    str,
    typer.Argument(metavar="TEXT|FILE", help=_("What the QR code says, or a photo or PDF of it.")),
]
KeyOption = Annotated[
    list[Path] | None, typer.Option("--key", metavar="PUB", help=_("A station's public key; several may be."))
]


def verify(text: TextArgument, key: KeyOption = None, as_json: JsonOption = False) -> None:
    """Ends with 1 where it was not signed like this by one of these keys."""
    from station.cli.verified_lines import KINDS, lines_of
    from station.receival.papers import paper_seals
    from station.sealed_text import TextForged, TextWrong

    keys = [_key(file) for file in key or []]
    code = text if _begins(text.strip().upper()) else _seen_in(Path(text))
    kind = next(one for one in KINDS if code.strip().upper().startswith(one.PREFIX))
    try:
        seal = paper_seals.verify(code, keys, kind)
    except paper_seals.KeyUnknown as error:
        fail(
            _("Unknown: {key} signed it; get this key from the silo, --key").format(key=error.key),
            Exit.NEGATIVE,
        )
    except TextForged:
        fail(_("FORGED: the silo did not sign it like this."), Exit.NEGATIVE)
    except TextWrong:
        fail(_("This is no code of a paper, or a part of it is missing."), Exit.NEGATIVE)
    if as_json:
        out(seal.model_dump(mode="json"))
        return
    for line in lines_of(seal, translator(LANGUAGE)):
        show(line)


def key(config: ConfigOption) -> None:
    """The public key in minisign's format, on standard output."""
    from station.parts import open_ledger
    from station.post import identity
    from station.receival.papers.paper_seals import public_key
    from station.store.errors import LedgerError, LedgerHeld

    settings = settings_of(config)
    try:
        with open_ledger(config, settings) as ledger:
            found = identity.paper_key(ledger)
    except LedgerHeld:  # the station runs, and has its key
        found = identity.read_key(config.parent / settings.site.data)
    except LedgerError as error:
        end_with(error)
    if found is None:
        fail(_("This station has no key: no ticket was printed yet, or enrol it again."), Exit.NEGATIVE)
    hand_out(public_key(found).text())


def _key(file: Path) -> "PublicKey":
    from station.signing import SignatureError, parse_public_key

    try:
        return parse_public_key(file.read_text(encoding="utf-8"))
    except OSError as error:
        end_with_file(file, error)
    except (UnicodeDecodeError, SignatureError):
        fail(_("{file}: this is no public key as `silo ticket key` writes it").format(file=file), Exit.USAGE)


def _seen_in(file: Path) -> str:
    """The text of the paper's code on a photo, or on the first page of a PDF that has one."""
    import zxingcpp

    try:
        data = file.read_bytes()
    except FileNotFoundError:
        fail(_("{text}: neither a paper's code nor a file").format(text=str(file)[:80]), Exit.USAGE)
    except OSError as error:
        end_with_file(file, error)
    picture = _picture(_drawn(data))
    codes = [one.text for one in zxingcpp.read_barcodes(picture)] if picture is not None else []
    found = [one for one in codes if _begins(one)]
    if not found:
        fail(_("{file}: no QR code of a paper is seen in it").format(file=file), Exit.NEGATIVE)
    return found[0]


def _begins(text: str) -> bool:
    from station.cli.verified_lines import KINDS

    return text.startswith(tuple(one.PREFIX for one in KINDS))


def _picture(data: bytes) -> Any:
    """The grey picture; None where it is none, or claims to be larger than any photo."""
    import cv2
    import numpy as np

    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
    except cv2.error:
        return None


def _drawn(data: bytes) -> bytes:
    if not data.startswith(b"%PDF"):
        return data
    command = ["pdftoppm", "-r", _DPI, "-png", "-f", "1", "-l", "1", "-"]
    try:
        return subprocess.run(command, input=data, capture_output=True, timeout=_PAGE_S, check=True).stdout
    except FileNotFoundError:
        fail(_("pdftoppm is missing on this box: apt-get install -y poppler-utils"), Exit.CONFIGURATION)
    except subprocess.SubprocessError:
        return b"\0"
