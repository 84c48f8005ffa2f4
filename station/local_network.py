"""Where another machine of the site's network finds this one."""

import fcntl
import ipaddress
import socket
import struct

_SIOCGIFADDR = 0x8915
_ANY = ("0.0.0.0", "::", "")
_ELSEWHERE = ("192.0.2.1", 9)  # RFC 5737: nobody is there, and nothing is sent


def phone_address(host: str, port: int) -> str | None:
    """The address of a station that listens at `host`, as a phone opens it; None where none can."""
    place = own_address() if host in _ANY else host
    if place is None or place == "localhost" or _is_loopback(place):
        return None
    return f"http://[{place}]:{port}" if ":" in place else f"http://{place}:{port}"


def own_address() -> str | None:
    """The IPv4 address that leads out of this machine, else the first of its network cards."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
            return str(probe.getsockname()[0])
        except OSError:
            found = (_address_of(probe, name) for _, name in socket.if_nameindex())
            return next((one for one in found if one and not _is_loopback(one)), None)


def _address_of(probe: socket.socket, card: str) -> str | None:
    try:
        answer = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, struct.pack("256s", card.encode()[:15]))
    except OSError:  # it has none
        return None
    return socket.inet_ntoa(answer[20:24])


def _is_loopback(place: str) -> bool:
    try:
        return ipaddress.ip_address(place).is_loopback
    except ValueError:  # a name
        return False
