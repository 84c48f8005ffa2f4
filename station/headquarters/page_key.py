"""The key of the pages' cookies and forms: derived from the hub's own, every copy has the same one."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from station.headquarters.served import Quarters
from station.hub.identity import key_of


def page_key(quarters: Quarters) -> str:
    with quarters.engine.begin() as connection:
        key = key_of(connection, quarters.tables)
    seed = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return HKDF(SHA256(), 32, None, b"silo headquarters: cookies of pages").derive(seed).hex()
