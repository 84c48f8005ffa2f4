"""A bag as bytes: what changed at a station since the bag before, packed.

The facts' part is the head, a line of JSON, and after it a zlib stream of lines: `["w", table, row]` (the
row as it is now), `["d", table, key]` (it is gone) and `["x", table, key, why]` (it could not be written
down). Rows of persons and suppliers are such lines in a part of their own, a zlib stream, of which the head
keeps the SHA-256 only: forgetting empties that part, and the chain of bags stays whole.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

FORMAT = 1
MOST_PACKED, MOST_UNPACKED, MOST_HEAD = 8_000_000, 64_000_000, 100_000
NOTHING = ""  # what comes before the first bag


class BagWrong(Exception):
    """These bytes are no bag; the message says why."""


class BagTooLarge(BagWrong):
    """A bag is larger than may be taken; nothing of it was kept in memory."""


Word = Annotated[str, StringConstraints(pattern=r"^[ -~]*$", max_length=200)]
Number = Annotated[int, Field(ge=1, lt=2**31)]


class Follows(BaseModel):
    """Names a bag of an earlier epoch."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epoch: Word
    number: Number
    sha256: Word


class Head(BaseModel):
    """What a bag says of itself. `whole`: every row that travels is in it, so what is not there is gone.
    `forgets`: every person and supplier is in it, and the persons' parts of all earlier bags are emptied.
    `revision` is that of the ledger's shape, `box` the machine that sealed it. The `parts` of one snapshot
    are applied together. `proves` is the question of headquarters that a proof, made of the same instant,
    answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    station: Word
    epoch: Word
    number: Number
    previous: Word = NOTHING
    follows: Follows | None = None
    from_seq: int
    to_seq: int
    revision: Word
    whole: bool = False
    forgets: bool = False
    part: Number = 1
    parts: Number = 1
    personal: Word | None = None
    proves: int | None = Field(default=None, ge=0, lt=2**63)
    box: Word = ""
    at: str


@dataclass(frozen=True, slots=True)
class Line:
    """One change. `row` of "w"; `key` of "d" and "x", `why` of "x"."""

    op: str
    table: str
    row: dict[str, Any] | None = None
    key: list[Any] | None = None
    why: str = ""
    text: str = ""  # of the row, as it was written


class Packer:
    """Packs lines one after the other; says how large it is by now. Equal lines give equal bytes."""

    def __init__(self) -> None:
        self._packing = zlib.compressobj(6)
        self._pieces: list[bytes] = []
        self.packed = self.unpacked = self.lines = 0

    def add(self, line: str) -> None:
        data = line.encode() + b"\n"
        self._keep(self._packing.compress(data))
        self.unpacked += len(data)
        self.lines += 1

    def end(self) -> bytes:
        self._keep(self._packing.flush())
        return b"".join(self._pieces)

    def _keep(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self.packed += len(piece)


def packed(lines: Iterable[str]) -> bytes:
    packer = Packer()
    for line in lines:
        packer.add(line)
    return packer.end()


def facts_of(head: Head, stream: bytes) -> bytes:
    """Return the facts' part as it is sent."""
    return head.model_dump_json().encode() + b"\n" + stream


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def written(table: str, text: str) -> str:
    """Return the line of a row that is there, whose canonical JSON is `text`."""
    return f'["w",{json.dumps(table)},{text}]'


def gone(table: str, key: str) -> str:
    return f'["d",{json.dumps(table)},{key}]'


def unwritable(table: str, key: str, why: str) -> str:
    return f'["x",{json.dumps(table)},{key},{json.dumps(why)}]'


def head_of(data: bytes) -> Head:
    """Return a bag's head; nothing is unpacked. Raises BagWrong."""
    if len(data) > MOST_PACKED:
        raise BagTooLarge(f"{len(data)} bytes, at most {MOST_PACKED}")
    text, newline, _ = data[:MOST_HEAD].partition(b"\n")
    if not newline:
        raise BagWrong("it has no head")
    try:
        return Head.model_validate_json(text)
    except ValidationError as error:
        raise BagWrong(f"its head is wrong: {error.errors()[0]['msg']}") from error


def facts_lines(data: bytes) -> Iterator[Line]:
    """Yield the changes of a facts' part, as `lines_of`."""
    return lines_of(data.partition(b"\n")[2])


def lines_of(stream: bytes) -> Iterator[Line]:
    """Yield the changes of a stream; a line that is none is a change that could not be read. The whole has
    been unpacked before the first. Raises BagWrong, and BagTooLarge before more than `MOST_UNPACKED` bytes
    were unpacked."""
    for text in _unpacked(stream).split("\n"):
        if text:
            yield _line(text)


def _unpacked(stream: bytes) -> str:
    opened = zlib.decompressobj()
    try:
        text = opened.decompress(stream, MOST_UNPACKED + 1)
        if len(text) > MOST_UNPACKED:
            raise BagTooLarge(f"more than {MOST_UNPACKED} bytes when it is unpacked")
        if not opened.eof or opened.unused_data:
            raise BagWrong("the stream does not end where the bag does")
        return text.decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise BagWrong(str(error)) from error


def _line(text: str) -> Line:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Line("x", "", key=[], why=f"no line: {error}", text=text)
    match told:
        case ["w", str(table), dict(row)]:
            return Line("w", table, row=row, text=text[len(f'["w",{json.dumps(table)},') : -1])
        case ["d", str(table), list(key)]:
            return Line("d", table, key=key)
        case ["x", str(table), list(key), str(why)]:
            return Line("x", table, key=key, why=why)
    return Line("x", "", key=[], why="no line", text=text)
