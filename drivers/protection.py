"""What protects a message on its way: how damage to one of its bytes would be noticed.

A sum or a length that comes with the message proves it. Parity finds a changed bit, not a lost byte. A width
finds a lost or doubled byte: one that the format fixes, or one that was learnt from the lines before it
(`constancy.py`). A changed byte passes any width: only equal readings, or a person, can tell.
"""

from enum import StrEnum


class Protection(StrEnum):
    SUM = "sum"  # a checksum, CRC or the like
    LENGTH = "length"  # the message tells its length, or whole messages are carried
    PARITY = "parity"
    FIXED_WIDTH = "fixed_width"
    LEARNT_WIDTH = "learnt_width"
    PROFILE = "profile"  # as the profile, or the kind behind a bridge, says
    NOTHING = "nothing"

    @property
    def proves(self) -> bool:
        """Return True where one damaged byte is always noticed."""
        return self in (Protection.SUM, Protection.LENGTH)
