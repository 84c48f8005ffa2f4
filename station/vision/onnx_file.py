"""Look into an ONNX file before any library opens it: all weights must be inside the file.

A tensor may name another file for its data ("external data"); a bundle's model must not, or its hash
would not cover it and loading it would read files of the machine. Only the protobuf frame is read:
field number and wire type as a varint, then a varint (0), 8 bytes (1), length and bytes (2) or 4
bytes (5). See https://protobuf.dev/programming-guides/encoding and onnx.proto for the field numbers.
"""

from collections.abc import Iterator

MAX_DEPTH = 40
# per message: its fields that hold messages in which a tensor may be, as {field: message}
_INSIDE = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14  # fields of a tensor


class OnnxError(Exception):
    """The file is no ONNX model that a bundle may hold."""


def check_onnx(data: bytes) -> None:
    """Refuse a file that is no protobuf message, or whose tensors' data lies outside it. Raises OnnxError."""
    if not data:
        raise OnnxError("the file is empty")
    _check(memoryview(data), "model", 0)


def _check(message: memoryview, kind: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise OnnxError(f"graphs are nested deeper than {MAX_DEPTH}")
    for field, value in _fields(message):
        if kind == "tensor" and (field == _EXTERNAL_DATA or (field == _DATA_LOCATION and value != 0)):
            raise OnnxError("a tensor keeps its data in another file: export the model as one file")
        inner = _INSIDE[kind].get(field)
        if inner is not None and isinstance(value, memoryview):
            _check(value, inner, depth + 1)


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        wire = key & 7
        if wire == 0:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        if wire == 2:
            size, at = _varint(message, at)
        elif wire in {1, 5}:
            size = 8 if wire == 1 else 4
        else:
            raise OnnxError("not an ONNX file")
        if at + size > len(message):
            raise OnnxError("not an ONNX file: it ends inside a field")
        yield key >> 3, message[at : at + size]
        at += size


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            break
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
    raise OnnxError("not an ONNX file: a number does not end")
