"""Overhear what the picture decoders say: libjpeg and libpng write to standard error and go on, so a photo
whose coded data is damaged comes back as a picture with a grey or shifted part.

Standard error is the process's: while a decoder runs it leads into a file, one decoder at a time, and what
is not a decoder's is written where it belongs.
"""

import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK = threading.Lock()
_STANDARD_ERROR = 2
_OF_DECODERS = re.compile(
    r"JPEG|JFIF|libpng|SOS param|Huffman|marker|Adobe|quantization|restart|cv::|OpenCV|\[ ?(WARN|ERROR)", re.I
)
_DAMAGE = re.compile(r"premature end|bad Huffman|instead of RST|Inconsistent progression", re.I)
_LEFT_OVER = re.compile(r"(\d+) extraneous bytes before marker", re.I)
FILLER = 64  # bytes: phones pad their coded data; more is data that lost its place


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Give the list that holds, after the block, the lines that decoders wrote in it."""
    said: list[str] = []
    with _LOCK, tempfile.TemporaryFile() as heard:
        kept = os.dup(_STANDARD_ERROR)
        os.dup2(heard.fileno(), _STANDARD_ERROR)
        try:
            yield said
        finally:
            os.dup2(kept, _STANDARD_ERROR)
            os.close(kept)
            heard.seek(0)
            for line in heard.read().decode("utf-8", "replace").splitlines(keepends=True):
                if _OF_DECODERS.search(line):
                    said.append(line.strip())
                else:
                    os.write(_STANDARD_ERROR, line.encode())


def is_damage(words: list[str]) -> bool:
    """Tell whether a part of the picture was lost; padding and odd headers lose nothing."""
    text = "\n".join(words)
    return bool(_DAMAGE.search(text)) or any(int(count) > FILLER for count in _LEFT_OVER.findall(text))
