"""The hub's own key, which every station pins at its enrolment. All copies share it by the database."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import Connection, MetaData, insert, select
from sqlalchemy.exc import IntegrityError

from station.hub.own import KEY

_ID = "hub"


def key_of(connection: Connection, hub: MetaData) -> Ed25519PrivateKey:
    """Return the key; the first one who asks makes it."""
    keys = hub.tables[KEY]
    query = select(keys.c.seed).where(keys.c.id == _ID)
    seed = connection.execute(query).scalar()
    if seed is None:
        made = Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        try:
            with connection.begin_nested():
                connection.execute(insert(keys).values(id=_ID, seed=made))
        except IntegrityError:  # another copy was first
            pass
        seed = connection.execute(query).scalar_one()
    return Ed25519PrivateKey.from_private_bytes(bytes(seed))
