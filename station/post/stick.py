"""Bags on a stick: `STATION/EPOCH/NUMBER.bag`, its persons' part, and `NUMBER.sig`.

The signature is the one that the bag's request would have over the wire, so a stick can lose bags and bring
them twice, but cannot forge one.
"""

from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.post.folder import BagFolder
from station.post.wire import PREFIX, SIGNATURE, Signed, enveloped
from station.store.durable import arriving, make_folder

BAG, PEOPLE, SIGNED = ".bag", ".people", ".sig"


def request_of(station: str, epoch: str, number: int, body: bytes) -> Signed:
    """Return what the station signs when it hands this bag over."""
    return Signed("POST", f"{PREFIX}/{station}/bags/{number}", epoch, number, body)


def export(
    target: Path, bags: BagFolder, station: str, key: Ed25519PrivateKey, owed: Iterable[tuple[str, int]]
) -> int:
    """Copy bags (epoch, number) and sign them; return how many. Raises OSError."""
    count = 0
    for epoch, number in owed:
        facts, people = bags.read(epoch, number)
        signature = request_of(station, epoch, number, enveloped(facts, people)).headers(key)[SIGNATURE]
        folder = target / station / epoch
        make_folder(folder)
        name = f"{number:08d}"
        if people is not None:
            _put(folder / f"{name}{PEOPLE}", people)
        _put(folder / f"{name}{SIGNED}", signature.encode())
        _put(folder / f"{name}{BAG}", facts)
        count += 1
    return count


def _put(file: Path, data: bytes) -> None:
    with arriving(file) as part:
        part.write_bytes(data)
