"""A recording: a file of the bytes that a device once sent."""

from pathlib import Path
from typing import IO, Any

from drivers.transport.base import Chunk, EndOfData, ErrorCode, LineDown

_READ_SIZE = 512


class ReplayTransport:
    """Reads a file as fast as it is asked; the recording's own timing is not kept."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._file: IO[bytes] | None = None

    def open(self) -> None:
        self.close()
        try:
            self._file = self._path.open("rb")
        except OSError as error:
            text = f"recording {self._path} cannot be read ({error.strerror}): check its name"
            raise LineDown(ErrorCode.FILE_MISSING, text) from error

    def read(self, timeout: float) -> Chunk | None:
        if self._file is None:
            raise LineDown(ErrorCode.FILE_MISSING, f"recording {self._path} is not open")
        data = self._file.read(_READ_SIZE)
        if not data:
            raise EndOfData
        return Chunk(data)

    def write(self, data: bytes) -> None:
        """A recording hears nothing."""

    def confirm(self, receipt: Any) -> None:
        """A recording needs no receipts."""

    def close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def describe(self) -> str:
        return f"replay:{self._path}"
