"""The printers of a site, as its file describes them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

# the kinds of documents that are printed; a label is of a retained sample
TICKET, SHIPMENT, DELIVERY, LABEL = "ticket", "shipment", "delivery", "label"
FILE = ""  # in the place of a printer's id: somebody was handed a file


@dataclass(frozen=True, slots=True)
class Printer:
    """`target`: the queue of a `cups` printer, the address of an `escpos` one (`tcp:host:port` or a device's
    path). `paper` (A4 or A5) and `tray` are for CUPS. `answers`: the printer says by itself that it has
    printed. It prints the documents of `prints` when asked, those of `automatic` when they are issued; one
    that could not be printed for `late_after` asks whether it is still wanted."""

    id: str
    kind: Literal["cups", "escpos"]
    target: str
    paper: Literal["A4", "A5"] = "A5"
    tray: str = ""
    copies: int = 1
    answers: bool = True
    prints: frozenset[str] = frozenset({TICKET})
    automatic: frozenset[str] = frozenset()
    late_after: timedelta = timedelta(hours=2)
