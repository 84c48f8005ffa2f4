"""`silo ticket verify` and `silo ticket key`: whoever has the station's public key checks a ticket's QR code,
without a network and without the station."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from drivers.reading import UNIT_OF, Analyte, is_known
from station.cli.errors import end_with, end_with_file, settings_of
from station.cli.options import ConfigOption, JsonOption
from station.cli.say import LANGUAGE, Exit, _, fail, hand_out, out, show
from ui.words.i18n import Translator, translator
from ui.words.parameters import parameter_texts
from ui.words.vocabulary import analyte_name, basis_name, species_name

if TYPE_CHECKING:
    from station.receival.ticket_seal import TicketSeal
    from station.signing import PublicKey

_PAGE_S, _DPI = 30.0, "200"
_COVERAGE = 2.0  # the standard uncertainty is told twice as wide

TextArgument = Annotated[
    str,
    typer.Argument(metavar="TEXT|FILE", help=_("What the QR code says, or a photo or PDF of it.")),
]
KeyOption = Annotated[
    list[Path] | None, typer.Option("--key", metavar="PUB", help=_("A station's public key; several may be."))
]


def verify(text: TextArgument, key: KeyOption = None, as_json: JsonOption = False) -> None:
    """Ends with 1 where it was not signed like this by one of these keys."""
    from station.receival import ticket_seal
    from station.sealed_text import TextForged, TextWrong

    keys = [_key(file) for file in key or []]
    code = text if text.strip().upper().startswith(ticket_seal.PREFIX) else _seen_in(Path(text))
    try:
        seal = ticket_seal.verify(code, keys)
    except ticket_seal.KeyUnknown as error:
        fail(
            _("Unknown: {key} signed it; get this key from the silo, --key").format(key=error.key),
            Exit.NEGATIVE,
        )
    except TextForged:
        fail(_("FORGED: the silo did not sign it like this."), Exit.NEGATIVE)
    except TextWrong:
        fail(_("This is no ticket's code, or a part of it is missing."), Exit.NEGATIVE)
    if as_json:
        out(seal.model_dump(mode="json"))
        return
    for line in _lines(seal, translator(LANGUAGE)):
        show(line)


def key(config: ConfigOption) -> None:
    """The public key in minisign's format, on standard output."""
    from station.parts import open_ledger
    from station.post import identity
    from station.receival.ticket_seal import public_key
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
    except (UnicodeDecodeError, SignatureError) as error:
        fail(f"{file}: {error}", Exit.USAGE)


def _seen_in(file: Path) -> str:
    """The text of the ticket's code on a photo, or on the first page of a PDF that has one."""
    import cv2
    import numpy as np
    import zxingcpp

    from station.receival.ticket_seal import PREFIX

    try:
        data = file.read_bytes()
    except OSError as error:
        end_with_file(file, error)
    picture = cv2.imdecode(np.frombuffer(_drawn(data), np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
    codes = [one.text for one in zxingcpp.read_barcodes(picture)] if picture is not None else []
    found = [one for one in codes if one.startswith(PREFIX)]
    if not found:
        fail(_("{file}: no ticket's QR code is seen in it").format(file=file), Exit.NEGATIVE)
    return found[0]


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


def _lines(seal: "TicketSeal", t: Translator) -> Iterator[str]:
    at: datetime = seal.at
    title = _("Ticket {number} of the campaign {campaign}, {site}, {day} {time}")
    yield title.format(
        number=seal.number, campaign=seal.campaign, site=seal.site_name, day=t.date(at), time=t.time(at)
    )
    if seal.corrects:
        yield _("It replaces ticket No. {number}.").format(number=seal.corrects)
    yield ", ".join(filter(None, (species_name(seal.species, t.language), seal.grade)))
    if seal.provisional:
        yield _("GRADE PROVISIONAL: a laboratory's results are awaited")
    yield _("net {net} (gross {gross}, tare {tare})").format(
        net=t.kg(seal.net_kg), gross=t.kg(seal.gross_kg), tare=t.kg(seal.tare_kg)
    )
    if seal.paid_kg is not None:
        yield t.named(_("Payment weight"), t.kg(seal.paid_kg))
    limits = _limits(seal, t)
    for analyte, value, basis, u in seal.values:
        unit = UNIT_OF[Analyte(analyte)].value if is_known(analyte) else ""
        doubt = f" ± {t.plain(u * _COVERAGE, 2)}" if u else ""
        words = f"{t.plain(value, 2)}{doubt} {unit} {basis_name(basis, t.language) if basis else ''}".rstrip()
        asked = ", ".join(limits.get(analyte, ()))
        told = ", ".join(
            filter(None, (words, "k = 2" if u else "", f"{_('limit')} {asked}" if asked else ""))
        )
        yield t.named(analyte_name(analyte, t.language), told)
    yield _("Genuine: signed with the key {key}.").format(key=seal.key)


def _limits(seal: "TicketSeal", t: Translator) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for analyte, op, limit, _basis in seal.limits:
        sign: Any = parameter_texts({"op": op}, t)["op"]
        found.setdefault(analyte, []).append(f"{sign} {t.plain(limit, 3)}")
    return found
