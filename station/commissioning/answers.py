"""An instrument that hands over its results by ASTM says ENQ and waits: without an answer it stays silent.

While a device is commissioned it is answered as a station would answer it, so that there is something to
record. It believes then that its message was taken: it should be a test sample.
"""

from datetime import datetime

from drivers.analyzer.astm_link import ENQ, EOT, AstmLink
from drivers.transport import Chunk


class Answers:
    """`hear` gives what to answer. Only an ENQ that comes alone begins a conversation: amid other bytes
    it is noise, or the line settings are wrong."""

    def __init__(self) -> None:
        self._link: AstmLink | None = None
        self.given = False

    @property
    def waiting(self) -> bool:
        """The instrument was answered and has not ended its transfer."""
        return self._link is not None

    def hear(self, data: bytes, at: datetime, now: float) -> bytes:
        if self._link is None:
            if data != ENQ:
                return b""
            self._link = AstmLink("framed", holds=False)
            self._link.opened(now)
        self._link.hear(Chunk(data), at, now)
        said = b"".join(words.data for words in self._link.take_says(now))
        self.given = self.given or bool(said)
        if data.endswith(EOT):
            self._link = None
        return said
