"""The station and its vision worker exchange these messages over a pipe.

A message is: length of the header (4 bytes, big endian), length of the body (4 bytes), the header as
UTF-8 JSON, the body as bytes. Requests: {"id", "species", "polygons", "card_required", "path"?} with the
photo as body unless a path names it. Answers: {"id", "inspection"} or {"id", "error"}; first of all
{"ready", "pid"} or {"failed"}.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

from station.grain.inspection import (
    ClassShare,
    Embedding,
    Inspection,
    Kernel,
    MassShare,
    ModelName,
    NumberValue,
    SpeciesGuess,
)
from station.grain.reasons import Code, Reason
from station.grain.sizes import ColourDifference, Sizes

LENGTHS = struct.Struct(">II")
MAX_HEADER = 32_000_000
MAX_BODY = 64_000_000


class PipeError(Exception):
    """The bytes on the pipe are not our messages."""


def encode(header: Mapping[str, Any], body: bytes = b"") -> bytes:
    """Write one message as bytes."""
    text = json.dumps(header, ensure_ascii=False).encode()
    return LENGTHS.pack(len(text), len(body)) + text + body


def lengths(prefix: bytes) -> tuple[int, int]:
    """Read header and body lengths from the first 8 bytes. Raises PipeError when they are beyond bounds."""
    header, body = LENGTHS.unpack(prefix)
    if header > MAX_HEADER or body > MAX_BODY:
        raise PipeError(f"message of {header} + {body} bytes is too long")
    return header, body


def read_message(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """Read the next message; None at a clean end of the stream. Raises PipeError."""
    prefix = stream.read(LENGTHS.size)
    if not prefix:
        return None
    if len(prefix) < LENGTHS.size:
        raise PipeError("the stream ended inside a message")
    header_length, body_length = lengths(prefix)
    text, body = stream.read(header_length), stream.read(body_length)
    if len(text) < header_length or len(body) < body_length:
        raise PipeError("the stream ended inside a message")
    return parse_header(text), body


def parse_header(text: bytes) -> dict[str, Any]:
    """Read the header as a dictionary. Raises PipeError."""
    try:
        header = json.loads(text)
    except ValueError as error:
        raise PipeError(f"header is not JSON: {error}") from error
    if not isinstance(header, dict):
        raise PipeError("header is not an object")
    return header


def inspection_from_dict(data: Mapping[str, Any]) -> Inspection:
    """Make an inspection of what `Inspection.as_dict(polygons=...)` returned. Raises KeyError, TypeError or
    ValueError for any other shape."""
    species = data["species"]
    return Inspection(
        sha256=data["sha256"],
        accepted=data["accepted"],
        reasons=tuple(Reason(Code(r["code"]), r["params"]) for r in data["reasons"]),
        kernels=data["kernels"],
        cut=data["cut"],
        outlines=data["outlines"],
        by_area=data["by_area"],
        judged=data["judged"],
        unseen=tuple(data["unseen"]),
        grams=data["grams"],
        remarks=tuple(Reason(Code(r["code"]), r["params"]) for r in data["remarks"]),
        mm_per_px=data["mm_per_px"],
        sizes=Sizes.from_dict(data["sizes"]) if data["sizes"] else None,
        card=data["card"],
        colour=ColourDifference(**data["colour"]) if data["colour"] else None,
        classes={
            name: ClassShare(s["count"], s["share"], s["low"], s["high"])
            for name, s in data["classes"].items()
        },
        mass={name: MassShare(s["share"], s["low"], s["high"]) for name, s in data.get("mass", {}).items()},
        species=SpeciesGuess(species["name"], species["p"]) if species else None,
        task=data["task"],
        numbers={name: NumberValue(**number) for name, number in data["numbers"].items()},
        embedding=Embedding(**data["embedding"]) if data["embedding"] else None,
        models=tuple(ModelName(m["name"], m["version"], m["sha256"]) for m in data["models"]),
        kernel_list=tuple(_kernel(k) for k in data["kernel_list"]),
        seconds=data["seconds"],
    )


def _kernel(data: Mapping[str, Any]) -> Kernel:
    x, y, width, height = data["box"]
    return Kernel(
        box=(x, y, width, height),
        kernel_class=data["class"],
        p=data["p"],
        length_mm=data["length_mm"],
        width_mm=data["width_mm"],
        polygon=tuple((x, y) for x, y in data.get("polygon", ())),
    )
