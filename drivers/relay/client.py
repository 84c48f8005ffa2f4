"""A program at the relay has a descriptor that never blocks, and bytes that wait for it."""

import os

from drivers.relay.backlog import Backlog

_READ_SIZE = 4096


class ClientGone(Exception):
    """The program closed its end."""


class Client:
    """`received_bytes` and `sent_bytes` count bytes from and to the program."""

    def __init__(self, fd: int, limit: int) -> None:
        self.fd = fd
        self.backlog = Backlog(limit)
        self.received_bytes = self.sent_bytes = 0

    def hear(self) -> bytes:
        """Return what the program said, b"" for nothing now. Raises ClientGone."""
        try:
            data = os.read(self.fd, _READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise ClientGone from error
        if not data:
            raise ClientGone
        self.received_bytes += len(data)
        return data

    def tell(self, data: bytes) -> None:
        """Pass `data` on, now or as soon as the program reads. Raises ClientGone."""
        self.backlog.push(data)
        self.flush()

    def flush(self) -> None:
        """Write as much as the program takes without waiting. Raises ClientGone."""
        while piece := self.backlog.first():
            try:
                count = os.write(self.fd, piece)
            except BlockingIOError:
                return
            except OSError as error:
                raise ClientGone from error
            self.backlog.mark_written(count)
            self.sent_bytes += count
            if count < len(piece):
                return
