"""An address is shown, logged and recorded without its password; what of a text that is, is decided here."""

import re

# After the scheme a user, a colon and, up to the last @ of the line, a password, which may hold any character
# by mistake. A colon and digits up to the end of the host are a port.
_PASSWORD = re.compile(
    r"(\b[a-z][a-z0-9+.-]*:(?://)?[^\s/@:\[]*):(?!\d+(?:[/?#\s'\"),\]]|$)).*@", re.IGNORECASE
)
_OPTION = re.compile(r"([?&](?:password|passwd|pwd|pass|token|secret|key)=)[^&\s'\"]*", re.IGNORECASE)


def redacted(text: str) -> str:
    """Return an address, or a text in which addresses stand, without passwords."""
    return _OPTION.sub(r"\1", _PASSWORD.sub(r"\1@", text))


def has_password(address: str) -> bool:
    return redacted(address) != address
