"""A profile: one TOML file that describes one device in place of code.

    [profile]      what it is, how far it is known                     head.py
    [transport]    hints for the port                                  head.py
    [poll]         send = "P<CR>", every_s = 1.0                       here
    [framing]      where a message begins and ends                     framing.py
    [decode]       encoding = "latin-1", seven_bits = false            here
    [checksum]     which sum over which bytes stands where             checksum.py
    [extract]      from a message's text to named fields               extract.py
    [values.*] [numbers] [flags.*] [stability] [time] [texts] [duplicates]     results.py
    [simulate]     template = "{weight:>8} kg<CR><LF>", for the simulator
    [[examples]]   sent = "...", and what must be read of it           examples.py

Files ship in drivers/profiles; a site's own may lie anywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from drivers.errors import FrameError, SettingError
from drivers.framing import Framer
from drivers.generic.checksum import Checksum, WrongChecksum, read_checksum
from drivers.generic.controls import control_bytes
from drivers.generic.examples import Example, read_examples
from drivers.generic.extract import Extraction, NoFields, read_extraction
from drivers.generic.framers import SevenBits
from drivers.generic.framing import Framing, read_framing
from drivers.generic.head import Head, read_head, read_transport
from drivers.generic.results import Results, read_results
from drivers.generic.tables import Table, read_toml
from drivers.reading import Frame, Reading

SHIPPED = Path(__file__).parent.parent / "profiles"
_ENCODINGS = ("latin-1", "ascii", "cp437", "cp850", "cp1252", "utf-8")


@dataclass(frozen=True, slots=True)
class Poll:
    send: bytes
    every_s: float


@dataclass(frozen=True, slots=True)
class Profile:
    head: Head
    transport: Mapping[str, str]
    poll: Poll | None
    framing: Framing
    encoding: str
    seven_bits: bool
    checksum: Checksum | None
    extraction: Extraction
    results: Results
    template: str | None
    examples: tuple[Example, ...]

    def framer(self) -> Framer:
        framer = self.framing.framer()
        return SevenBits(framer) if self.seven_bits else framer

    def read(self, kind: str, frame: Frame) -> Reading:
        """Raise FrameError when the message is not what the profile describes."""
        try:
            fields = self.extraction.fields(self._text(frame.data))
        except (NoFields, WrongChecksum) as error:
            raise FrameError(str(error), frame.data) from error
        return self.results.read(kind, frame, fields)

    def _text(self, data: bytes) -> str:
        if len(data) > self.framing.limit + 4:
            raise FrameError(f"more than {self.framing.limit} bytes", data)
        raw = self._body(self.framing.counted_part(data))
        try:
            return raw.decode(self.encoding)
        except UnicodeDecodeError as error:
            raise FrameError(f"byte {raw[error.start]:02X} is not {self.encoding}", data) from error

    def _body(self, message: bytes) -> bytes:
        """Return the message without its markers and its checksum, which is right."""
        start, stop = self.framing.body(message)
        if self.checksum is None:
            return message[start:stop]
        self.checksum.check(message)
        first, end = self.checksum.span(len(message))
        return message[start : min(first, stop)] + message[max(end, start) : stop]


def find_profile(name: str, folder: str = "") -> Path:
    """Return the file of a shipped profile's name, or the path itself. SettingError when no name is given."""
    shipped = SHIPPED / folder
    if name and "/" not in name and not name.endswith(".toml"):
        path = shipped / f"{name}.toml"
        if path.is_file():
            return path
    elif name:
        return Path(name)
    known = ", ".join(sorted(path.stem for path in shipped.glob("*.toml")))
    raise SettingError(f"profile = {name!r}: give a file such as ./scale.toml, or a shipped one: {known}")


def read_profile(path: Path) -> Profile:
    """SettingError names file, section and key."""
    whole = read_toml(path)
    head = read_head(whole.table("profile", required=True))
    framing = read_framing(whole.table("framing", required=True))
    decode = whole.table("decode")
    seven_bits = decode.flag("seven_bits", False)
    extraction = read_extraction(whole.table("extract", required=True), limit=framing.limit)
    simulate = whole.table("simulate")
    profile = Profile(
        head=head,
        transport=read_transport(whole.table("transport")),
        poll=_read_poll(whole.table("poll")) if whole.has("poll") else None,
        framing=framing,
        encoding=decode.choice("encoding", _ENCODINGS, "latin-1"),
        seven_bits=seven_bits,
        checksum=_read_checksum(whole, framing, seven_bits=seven_bits),
        extraction=extraction,
        results=read_results(whole, head),
        template=simulate.text("template") if simulate.has("template") else None,
        examples=read_examples(whole),
    )
    for table in (decode, simulate, whole):
        table.refuse_unread()
    _refuse_unknown_fields(whole, profile.results, extraction.names)
    return profile


def _read_checksum(whole: Table, framing: Framing, *, seven_bits: bool) -> Checksum | None:
    if not whole.has("checksum"):
        return None
    return read_checksum(whole.table("checksum"), by_line=framing.by_line, seven_bits=seven_bits)


def _refuse_unknown_fields(whole: Table, results: Results, names: frozenset[str]) -> None:
    for source in results.sources():
        if source not in names:
            known = ", ".join(sorted(names))
            raise whole.error("extract", f"gives no field {source!r}, which is used; it gives {known}")


def _read_poll(table: Table) -> Poll:
    text = table.text("send")
    try:
        send = control_bytes(text)
    except ValueError as error:
        raise table.error("send", str(error)) from error
    poll = Poll(send, table.number("every_s", 0.1, 3600.0, 1.0))
    table.refuse_unread()
    if not send:
        raise table.error("send", "is empty")
    return poll
