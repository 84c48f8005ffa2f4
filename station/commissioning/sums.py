"""Find the checksum of an unknown device's messages: the one that is right in all of them."""

from collections.abc import Iterator, Sequence

from drivers.generic.checksum import KINDS, Checksum, WrongChecksum
from drivers.generic.framing import Framing

_FEWEST = 3
_WRITTEN = ("hex_upper", "hex_lower", "byte", "decimal")
_FURTHEST = 5
_COVERED_FROM = (1, 2, 3)


def find_checksum(framing: Framing, messages: Sequence[bytes]) -> tuple[Checksum, str] | None:
    """Returns it with the section [checksum] of a profile; None where none is right in every message, or too
    few different ones were heard to tell."""
    counted = list(dict.fromkeys(framing.counted_part(one) for one in messages))
    if len(counted) < _FEWEST:
        return None
    for checksum, section in _possible(framing):
        if _proves(checksum, counted):
            return checksum, section
    return None


def _proves(checksum: Checksum, messages: Sequence[bytes]) -> bool:
    """Of ten messages one may be damaged. A field that never changes proves nothing."""
    wrong, sent = 0, set()
    for message in messages:
        try:
            checksum.check(message)
            sent.add(message[slice(*checksum.span(len(message)))])
        except WrongChecksum:
            wrong += 1
            if wrong > len(messages) // 10:
                return False
    return len(sent) >= _FEWEST


def _possible(framing: Framing) -> Iterator[tuple[Checksum, str]]:
    """A sum stands behind the end marker or before it, a few bytes from the end at most."""
    for name, (compute, size) in KINDS.items():
        for written in _WRITTEN:
            if written == "byte" and framing.by_line:
                continue
            width = size if written == "byte" else 2 * size if written != "decimal" else 3 if size == 1 else 5
            for at in range(-width, -width - _FURTHEST, -1):
                for first in _COVERED_FROM:
                    for last in (None, at - 2, at - 3):
                        for low_first in (True, False) if size == 2 and written != "decimal" else (False,):
                            checksum = Checksum(
                                compute, size, first, last, at, written, width, low_first, name == "twos7"
                            )
                            yield checksum, _section(name, checksum)


def _section(kind: str, checksum: Checksum) -> str:
    lines = [f'kind = "{kind}"', f"from = {checksum.first}"]
    if checksum.last is not None:
        lines.append(f"to = {checksum.last}")
    lines += [f"at = {checksum.at}", f'written = "{checksum.written}"']
    if checksum.bytes_of_it == 2 and checksum.written != "decimal":
        lines.append(f'order = "{"low_first" if checksum.low_first else "high_first"}"')
    return "\n".join(lines)
