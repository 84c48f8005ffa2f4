"""Tesma PLUS2 (PRINTER) moisture meter.

9600 baud, 8 data bits, no parity. Sent once a second without request, as long as the meter is on:

    STX  g g g g g g g g  CR LF  d d . d  CR LF  ETX          18 bytes
    02   grain, padded           moisture, %     03

    02 4D 41 49 5A 20 20 20 20 0D 0A 31 34 2E 34 0D 0A 03     MAIZ, 14.4

The last result is repeated until there is another one, so equal messages in a row are one reading
(`repeats_within_s`). Nothing in the message tells a new sample of equal moisture from the old one:
after the operator says "new sample" (`Driver.expect_new_sample`), or after a pause, the next message counts
even if it is equal. There is no checksum, sample id or date.

Documented in the maker's manual, page 32.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from drivers.analyzer.numbers import printed_number
from drivers.errors import FrameError
from drivers.framing import StxEtxFramer
from drivers.kind import Category, Evidence, Setting, choose
from drivers.reading import Analyte, Basis, Flag, Frame, Reading
from drivers.values import measured_value

SIZE = 18
_MESSAGE = re.compile(rb"\x02([ -~\xa0-\xff]{8})\r\n([ 0-9][0-9][.,][0-9]|[-* ]{4})\r\n\x03")


class TesmaPlus2:
    kind: ClassVar[str] = "tesma-plus2"
    name: ClassVar[str] = "Tesma PLUS2 moisture meter"
    category: ClassVar[Category] = "analyzer"
    evidence: ClassVar[Evidence] = "documented"
    never_checked_on_hardware: ClassVar[bool] = True
    unverified: ClassVar[tuple[str, ...]] = (
        "what is sent before the first result, while measuring and out of range",
        "whether the meter stops sending when it is emptied",
    )
    silent_after_s: ClassVar[float | None] = None
    repeats_within_s: ClassVar[float] = 3.5
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType({})

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        choose(self.kind, self.settings, settings)

    def framer(self) -> StxEtxFramer:
        return StxEtxFramer(limit=SIZE)

    def parse(self, frame: Frame) -> Reading:
        match = _MESSAGE.fullmatch(frame.data)
        if match is None:
            raise FrameError(f"not the {SIZE} bytes of a result", frame.data)
        sent = match[2].decode("ascii").strip()
        value = measured_value(Analyte.MOISTURE, printed_number(sent), Basis.AS_IS)
        return Reading(
            driver=self.kind,
            kind="analysis",
            frame=frame,
            values={Analyte.MOISTURE: value},
            flags=frozenset({Flag.ERROR}) if value.value is None else frozenset(),
            product=match[1].decode("latin-1").strip() or None,
            extra={"as_sent": {"moisture": sent}},
        )
