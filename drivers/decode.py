"""Turn the bytes of a recording into readings, nothing reduced, as `silo decode` prints them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from drivers.errors import FrameError
from drivers.framing import Framer
from drivers.generic.generic import refuse_wrong_examples
from drivers.kind import read_frame
from drivers.reading import Frame, Reading
from drivers.registry import make_protocol
from drivers.weights import WeightStream

_PIECE = 512


def decode(
    data: Iterable[bytes], kind: str, settings: Mapping[str, str], *, at: datetime, alone: bool = False
) -> Iterator[Reading | FrameError]:
    """Yield every frame of `data` as a reading, or as the error why it is none; noise is an error too.

    A message is judged beside those before it, as on a line (`weights.py`), or `alone`: what it says itself.
    `at` becomes the arrival time of every frame, because a recording has no clock. Raises
    SettingError, before the first piece is read, for an unknown kind or setting, or a profile that does not
    read its own examples.
    """
    protocol = make_protocol(kind, settings)
    refuse_wrong_examples(protocol)
    framer = protocol.framer()
    stream = WeightStream(protocol)

    def results() -> Iterator[Reading | FrameError]:
        for piece in _pieces(data):
            yield from outcomes(framer.feed(piece, at))
        yield from outcomes(framer.finish(at))

    def outcomes(frames: list[Frame]) -> Iterator[Reading | FrameError]:
        for frame in frames:
            outcome = read_frame(protocol, frame)
            yield stream.judge(outcome) if isinstance(outcome, Reading) and not alone else outcome
        yield from _noise(framer)

    return results()


def _noise(framer: Framer) -> Iterator[FrameError]:
    for run in framer.take_dropped():
        yield FrameError("belongs to no message", run)


def _pieces(data: Iterable[bytes]) -> Iterator[bytes]:
    for block in data:
        for start in range(0, len(block), _PIECE):
            yield block[start : start + _PIECE]
