"""Ledger and photos of simulated data, which nobody misses after a power cut: they are written as fast as
they can be, and the disk takes them all at the end. No site file leads here."""

import hashlib

from station.store.blobs import Blobs
from station.store.engine import Ledger


class UnsyncedLedger(Ledger):
    """Its commits wait for no disk."""

    def _open(self) -> None:
        super()._open()
        with self._writer.connect() as connection:  # the only one of its pool
            connection.connection.driver_connection.execute("PRAGMA synchronous=OFF")  # type: ignore[union-attr]


class UnsyncedBlobs(Blobs):
    """A file has its name before the disk has its bytes."""

    def put(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return digest
