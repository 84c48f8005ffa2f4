"""List where a device can be plugged, by names that stay the same, and the usual settings of a serial
line."""

import re
from dataclasses import dataclass
from pathlib import Path

BY_ID = Path("/dev/serial/by-id")
BAUDS = (300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)
_WRITTEN = re.compile(r"([0-9]{3,6})(?:[ ,/-]*([78])[ ,/-]?([NEO])[ ,/-]?([12]))?")


@dataclass(frozen=True, slots=True)
class LineSettings:
    """The settings of a serial line are as its address has them."""

    baud: int
    bits: int
    parity: str
    stop: int

    def __str__(self) -> str:
        return f"{self.baud} {self.bits}{self.parity}{self.stop}"

    @classmethod
    def parse(cls, text: str) -> "LineSettings | None":
        """Reads "9600-8N1", "9600 8n1", "9600,7,E,1" or a baud rate alone (8N1); None where it is none."""
        found = _WRITTEN.fullmatch(text.strip().upper())
        if not found or int(found[1]) not in BAUDS:
            return None
        bits, parity, stop = found[2] or "8", found[3] or "N", found[4] or "1"
        return cls(int(found[1]), int(bits), parity, int(stop))

    def address(self, path: str) -> str:
        return f"serial:{path}?baud={self.baud}&bits={self.bits}&parity={self.parity}&stop={self.stop}"


# The usual ones of indicators and analyzers, the likeliest first.
COMMON = tuple(
    LineSettings(baud, bits, parity, stop)
    for baud, bits, parity, stop in (
        (9600, 8, "N", 1), (9600, 7, "E", 1), (4800, 7, "E", 1), (2400, 7, "E", 1), (1200, 7, "E", 1),
        (4800, 8, "N", 1), (2400, 8, "N", 1), (1200, 8, "N", 1), (19200, 8, "N", 1), (38400, 8, "N", 1),
        (9600, 8, "E", 1), (9600, 7, "E", 2), (9600, 7, "O", 1), (4800, 7, "E", 2), (2400, 7, "E", 2),
        (1200, 7, "E", 2), (19200, 8, "E", 1), (9600, 8, "N", 2), (1200, 7, "O", 1), (19200, 7, "E", 1),
        (57600, 8, "N", 1), (115200, 8, "N", 1),
    )
)  # fmt: skip


def serial_ports(folder: Path = BY_ID) -> list[str]:
    """Returns the serial adapters by their stable names (maker, serial number), not by the order of
    plugging."""
    return sorted(str(path) for path in folder.iterdir()) if folder.is_dir() else []


def places(address: str) -> list[tuple[str, str]]:
    """Returns (address, label) of all that is to be tried: a serial port whose settings are not told with
    each of the common ones."""
    if not address.startswith("serial:") or "?" in address:
        return [(address, address)]
    path = address.removeprefix("serial:")
    return [(line.address(path), str(line)) for line in COMMON]
