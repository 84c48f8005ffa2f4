"""The sums that devices put behind their bytes, each as a plain function from bytes to a number."""

from functools import reduce
from operator import xor as _xor

Bytes = bytes | bytearray


def xor(data: Bytes) -> int:
    """Return the exclusive or of all bytes, 8 bits: also called BCC, or LRC as ISO 1155 has it."""
    return reduce(_xor, data, 0)


def sum8(data: Bytes) -> int:
    return sum(data) & 0xFF


def sum16(data: Bytes) -> int:
    return sum(data) & 0xFFFF


def twos7(data: Bytes) -> int:
    """Return the two's complement of the sum, 7 bits: with it the low 7 bits of the whole sum are zero."""
    return -sum(data) & 0x7F


def twos8(data: Bytes) -> int:
    """Return the two's complement of the sum, 8 bits: LRC as Modbus ASCII has it."""
    return -sum(data) & 0xFF


def crc16_modbus(data: Bytes) -> int:
    """Use the polynomial 8005h reflected, starting from FFFFh."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC_OF[(crc ^ byte) & 0xFF]
    return crc


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ 0xA001 if byte & 1 else byte >> 1
    return byte


_CRC_OF = tuple(map(_crc_of, range(256)))
