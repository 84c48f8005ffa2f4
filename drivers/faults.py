"""What the device page says of a message that cannot be read: a code, and words with what to do."""

from collections.abc import Mapping

from drivers.errors import CHECK_CHOICE, FrameError, NoResult, NotUnderstood, OutOfTurn
from drivers.kind import DriverFaultFrame, InstrumentFaultFrame
from drivers.platforms import SeveralPlatforms
from drivers.reading import Reading
from drivers.transport import ErrorCode

_CODES: Mapping[type[FrameError], ErrorCode] = {
    InstrumentFaultFrame: ErrorCode.INSTRUMENT_FAULT,
    SeveralPlatforms: ErrorCode.SEVERAL_PLATFORMS,
    DriverFaultFrame: ErrorCode.DRIVER_FAULT,
    OutOfTurn: ErrorCode.OUT_OF_TURN,
    NoResult: ErrorCode.NO_RESULT,
    NotUnderstood: ErrorCode.NOT_UNDERSTOOD,
}


def code_of(error: FrameError, stream: bool) -> ErrorCode:
    """A message that came whole was not damaged on the way: it is of another kind than this driver reads."""
    of_a_line = ErrorCode.BAD_FRAME if stream else ErrorCode.NOT_UNDERSTOOD
    return next((code for kind, code in _CODES.items() if isinstance(error, kind)), of_a_line)


def advice_on(error: FrameError, stream: bool) -> str:
    """Return what is wrong and, where the error itself does not say it, what to do."""
    is_plain = type(error) is FrameError and not stream
    return f"{error}; {CHECK_CHOICE}" if is_plain else str(error)


def nothing_known(reading: Reading) -> str:
    """Return what to say of an analysis without any value that is known."""
    names = ", ".join(map(str, reading.extra.get("unknown", ()))) or "there is none"
    return f"the message holds no value that is known ({names}); {CHECK_CHOICE}"
