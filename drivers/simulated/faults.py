"""Small functions on displays and bytes do what goes wrong between an indicator and the station."""

import random
from dataclasses import replace
from enum import StrEnum

from drivers.simulated.scale import Display


class LineFault(StrEnum):
    POWER_UP_BANNER = "power_up_banner"
    HALF_FRAME = "half_frame"
    GLUED = "glued"
    REPEAT = "repeat"
    PARITY = "parity"
    CR_ONLY = "cr_only"
    DECIMAL_COMMA = "decimal_comma"
    OVERLOAD = "overload"
    MOTION = "motion"
    SILENCE = "silence"
    DISCONNECT = "disconnect"


# What an indicator without a banner of its own says at power-up: a spike on the line, and a greeting.
POWER_UP = b"\x00\xffREADY\r\n"
# After these the message still says what was shown, and must arrive.
HARMLESS = frozenset({LineFault.POWER_UP_BANNER, LineFault.GLUED, LineFault.REPEAT})


def disturb(display: Display, fault: LineFault | None) -> Display:
    """Return the display that the fault makes the indicator show."""
    if fault is LineFault.OVERLOAD:
        return replace(display, over=True)
    if fault is LineFault.MOTION:
        return replace(display, motion=True)
    if fault is LineFault.DECIMAL_COMMA:
        return replace(display, point=",")
    return display


def damage(data: bytes, fault: LineFault | None, banner: bytes, chance: random.Random) -> bytes:
    """Return the bytes that leave for one message `data`. A character of wrong parity is read as 00."""
    if fault is LineFault.POWER_UP_BANNER:
        return banner + data
    if fault is LineFault.HALF_FRAME:
        return data[: chance.randrange(1, max(2, len(data) - 1))]
    if fault is LineFault.REPEAT:
        return data + data
    if fault is LineFault.PARITY and data:
        spot = chance.randrange(len(data))
        return data[:spot] + b"\x00" + data[spot + 1 :]
    if fault is LineFault.CR_ONLY:
        return data.replace(b"\r\n", b"\r")
    return data
