"""The label worker is `python -m station.vision.labels`: it reads the barcodes on one photo, and ends.

It reads one message (see `wire`) from standard input: {} with the photo as body. It answers {"barcodes"}, the
texts of all that it finds, or {"unreadable"}: the photo cannot be decoded.
"""

import sys

import cv2
import zxingcpp

from station.grain.reasons import Reason
from station.vision.photo import DecodedPhoto, can_be_finer, decode
from station.vision.wire import PipeError, encode, read_message

EXIT_DONE, EXIT_PIPE = 0, 4
MOST_BARCODES = 20


def main() -> int:
    try:
        message = read_message(sys.stdin.buffer)
    except PipeError:
        return EXIT_PIPE
    if message is None:
        return EXIT_PIPE
    found = barcodes_on(message[1])
    sys.stdout.buffer.write(
        encode({"unreadable": True} if isinstance(found, Reason) else {"barcodes": found})
    )
    sys.stdout.buffer.flush()
    return EXIT_DONE


def barcodes_on(photo: bytes) -> list[str] | Reason:
    """The texts of the barcodes; the photo is looked at once more in finer detail where none is found. A
    reason where it cannot be decoded."""
    seen = decode(photo)
    if isinstance(seen, Reason):
        return seen
    found = _read(seen)
    if not found and can_be_finer(seen):
        finer = decode(photo, finer_than=seen.reduction)
        found = [] if isinstance(finer, Reason) else _read(finer)
    return found


def _read(photo: DecodedPhoto) -> list[str]:
    grey = cv2.cvtColor(photo.pixels, cv2.COLOR_BGR2GRAY)
    texts = (one.text.strip() for one in zxingcpp.read_barcodes(grey))
    return list(dict.fromkeys(text for text in texts if text))[:MOST_BARCODES]


if __name__ == "__main__":
    sys.exit(main())
