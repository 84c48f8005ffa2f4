r"""Toledo / Mettler-Toledo "continuous output", also sent by Fairbanks, Cardinal, KERN and Rockwell heads.

    STX  SWA SWB SWC  W6 W5 W4 W3 W2 W1  T6 T5 T4 T3 T2 T1  CR  [CHK]        17 or 18 bytes
    02   status words  indicated weight    tare               0D  checksum

    SWA  b0-2 decimal point: 0 = x100, 1 = x10, 2 = none, 3..7 = one to five decimals; whether the digits
         hold the fixed zeros of 0 and 1 already differs from head to head (`fixed_zero`)
         b3-4 increment: b3 alone x1, b4 alone x2, both x5      b5 = 1   b6 = 0
    SWB  b0 net (else gross)   b1 negative   b2 out of range   b3 motion   b4 kg (else lb)
         b5 = 1   b6 powered up, zero not yet captured; some heads set it for ever (`power_up_bit`)
    SWC  b0-2 other unit: 0 = none, 1 = grams   b3 print key   b4 expanded x10   b5 = 1
    W, T six ASCII digits without point or sign; leading zeros may be spaces
    CHK  makes the low 7 bits of the sum of all bytes zero

About 7 messages a second. Short form (Cardinal): no tare, 11 or 12 bytes; recognised, and sure with
`form = short`. One Brazilian variant has a space after SWC (18 or 19 bytes, `form = extra_space`). With 7
data bits and parity read as 8 data bits, bit 7 is parity (`seven_bits = on`); otherwise a byte above 7F is
a damaged message.

Documented by the makers' manuals (Wildcat, Rockwell 57C428 appendix D, KERN FTC, IND445, Fairbanks
FB3000, Cardinal 225). Never checked on hardware: see `unverified`.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from drivers.checksums import twos7
from drivers.errors import FrameError
from drivers.kind import Category, Evidence, Setting, choose, open_setting
from drivers.protection import Protection
from drivers.reading import Analyte, Flag, Frame, Reading
from drivers.values import measured_value, pounds
from drivers.weighbridge.toledo_framing import CR, LOW7, SHORT, SIZES, ToledoFramer
from drivers.weights import NET_SETTING, POWERED_UP, Weighed

_ON_OFF = ("off", "on")
_DIGITS = re.compile(rb" *[0-9]{1,6}")
_INCREMENT = {0: None, 1: 1, 2: 2, 3: 5}


class ToledoContinuous:
    kind: ClassVar[str] = "toledo-continuous"
    name: ClassVar[str] = "Toledo continuous output"
    category: ClassVar[Category] = "weighbridge"
    evidence: ClassVar[Evidence] = "documented"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (
        Protection.SUM,
        Protection.FIXED_WIDTH,
    )
    unverified: ClassVar[tuple[str, ...]] = (
        "whether the six digits include the fixed zeros of decimal codes 0 and 1 (fixed_zero)",
        "how an expanded x10 weight is scaled (expanded)",
        "length of the short form with checksum",
    )
    silent_after_s: ClassVar[float | None] = 5.0
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "checksum": Setting("auto", ("auto", "on", "off"), "whether each message ends with a checksum"),
            "form": Setting(
                "standard",
                tuple(SIZES),
                "short: never a tare; extra_space: a space stands after the status words",
            ),
            "seven_bits": Setting("off", _ON_OFF, "ignore bit 7 (parity of a 7-bit line read as 8 bits)"),
            "fixed_zero": open_setting(
                ("in_digits", "appended"),
                "the zeros of decimal codes 0, 1 (d of 10 kg and more): sent in the digits, or not sent",
            ),
            "expanded": open_setting(
                ("divide", "as_sent"), "an expanded x10 weight: a tenth of the digits, or the digits as sent"
            ),
            "power_up_bit": Setting(
                "refuse", ("refuse", "ignore"), "ignore: the head says powered up in every message"
            ),
            "net": NET_SETTING,
        }
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self.chosen = chosen = choose(self.kind, self.settings, settings)
        self.weighed = Weighed.chosen(chosen)
        self._checksum = chosen["checksum"]
        self._form = chosen["form"]
        self._seven_bits = chosen["seven_bits"] == "on"
        self._trusts_power_bit = chosen["power_up_bit"] == "refuse"

    def framer(self) -> ToledoFramer:
        return ToledoFramer(self._checksum, self._form, seven_bits=self._seven_bits)

    def parse(self, frame: Frame) -> Reading:
        swa, swb, swc, weight, tare = self._fields(frame.data)
        problem = _problem(swb if self._trusts_power_bit else swb & ~0x40, swc, weight)
        scale = self._scale(swa, swc)
        sign = -1.0 if swb & 0x02 else 1.0
        kg = None if problem or weight is None else _kg(sign * weight, scale, swb, swc)
        value = measured_value(Analyte.WEIGHT, kg)
        if value.value is None:
            problem = problem or "implausible weight"
        implausible = {"implausible_kg": kg} if kg is not None and value.value is None else {}
        extra: dict[str, Any] = {
            "tare_kg": None if tare is None or _foreign_unit(swc) else _kg(tare, scale, swb, swc),
            "increment_kg": _increment(swa, swb, swc),
            "as_sent": self._sent_values(frame.data),
            **implausible,
        }
        if problem:
            extra["problem"] = problem
        return Reading(
            driver=self.kind,
            kind="weight",
            frame=frame,
            values={Analyte.WEIGHT: value},
            flags=_flags(swb, swc, value.value, problem),
            extra=extra,
            protection=Protection.SUM if self._is_summed(frame.data) else Protection.FIXED_WIDTH,
            unit_sent=_unit_sent(swb, swc),
        )

    def _is_summed(self, data: bytes) -> bool:
        """Tell whether a right message of this size ends with its checksum."""
        return len(data) not in SIZES[self._form]

    def _fields(self, data: bytes) -> tuple[int, int, int, int | None, int | None]:
        """Return status words A, B, C, weight and tare digits; FrameError unless all of it is right."""
        low = data.translate(LOW7) if self._seven_bits else data
        body = next((n for n in SIZES[self._form] if len(low) in (n, n + 1) and low[n - 1] == CR), 0)
        if not body or low[0] != 0x02:
            raise FrameError("not a message from STX to CR", data)
        if len(low) > body and low[body] != twos7(low[:body]):
            raise FrameError("wrong checksum", data)
        if len(low) == body and self._checksum == "on":
            raise FrameError("checksum missing", data)
        swa, swb, swc = low[1:4]
        if not swa & swb & swc & 0x20 or (swa | swb | swc) & 0x80 or swa & 0x40:
            raise FrameError("status words are not status words", data)
        text = low[5:17] if self._form == "extra_space" else low[4:16]
        if self._form == "extra_space" and low[4] != 0x20:
            raise FrameError("no space after the status words", data)
        weight = _digits(text[:6], data)
        tare = None if body == SHORT else _digits(text[6:], data)
        return swa, swb, swc, weight, tare

    def _scale(self, swa: int, swc: int) -> int:
        """Power of ten for the digits."""
        power = 2 - (swa & 0x07)
        if power > 0 and self.chosen["fixed_zero"] == "in_digits":
            power = 0
        return power - 1 if swc & 0x10 and self.chosen["expanded"] == "divide" else power

    def _sent_values(self, data: bytes) -> dict[str, Any]:
        start = 5 if self._form == "extra_space" else 4
        short = len(data) <= SHORT + 1
        text = data.translate(LOW7).decode("ascii")
        return {
            "weight": text[start : start + 6],
            "tare": None if short else text[start + 6 : start + 12],
            "unit": _unit_sent(data[2], data[3]),
            "status": data[1:4].hex(),
        }


def _digits(text: bytes, data: bytes) -> int | None:
    """Return six digits with leading zeros or spaces; all blank is None."""
    if not text.strip(b" "):
        return None
    if not _DIGITS.fullmatch(text):
        raise FrameError("weight or tare is not six digits", data)
    return int(text)


def _increment(swa: int, swb: int, swc: int) -> float | None:
    """Return what the display counts in."""
    step = _INCREMENT[swa >> 3 & 0x03]
    return None if step is None or _foreign_unit(swc) else _kg(step, 2 - (swa & 0x07), swb, swc)


def _unit_sent(swb: int, swc: int) -> str:
    if _foreign_unit(swc):
        return f"code {swc & 0x07}"
    return "g" if swc & 0x07 else "kg" if swb & 0x10 else "lb"


def _foreign_unit(swc: int) -> bool:
    return swc & 0x07 > 1


def _kg(digits: float, power: int, swb: int, swc: int) -> float:
    number = float(digits * 10**power if power >= 0 else digits / 10**-power)
    if swc & 0x07 == 1:
        return number / 1000.0
    return number if swb & 0x10 else pounds(number)


def _problem(swb: int, swc: int, weight: int | None) -> str | None:
    """Return why the digits are not a weight, or None."""
    checks = (
        (swb & 0x40, POWERED_UP),
        (swb & 0x04, "out of range"),
        (weight is None, "weight is blank"),
        (_foreign_unit(swc), f"unit code {swc & 0x07} is not known"),
    )
    return next((text for hit, text in checks if hit), None)


def _flags(swb: int, swc: int, kg: float | None, problem: str | None) -> frozenset[Flag]:
    flags = {
        Flag.NET if swb & 0x01 else Flag.GROSS,
        Flag.MOTION if swb & 0x08 else Flag.STABLE,
    }
    if swb & 0x02:
        flags.add(Flag.NEGATIVE)
    if swb & 0x04:
        flags.add(Flag.UNDERLOAD if swb & 0x02 else Flag.OVERLOAD)
    if swc & 0x08:
        flags.add(Flag.PRINT)
    if kg == 0 and Flag.GROSS in flags:
        flags.add(Flag.ZERO)
    if problem and not swb & 0x04:
        flags.add(Flag.ERROR)
    return frozenset(flags)
