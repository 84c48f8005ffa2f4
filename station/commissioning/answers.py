"""Devices that stay silent, or mean nothing, without an answer are answered as a station would answer them.

An instrument that hands over its results by ASTM says ENQ and waits; it believes then that its message was
taken, so it should be a test sample. A Tasmota board hands out nothing before it was told to send once, and
the metrics of a Sparkplug node have no names before it was told to be born again.
"""

from datetime import datetime

from drivers.analyzer.astm_link import ENQ, EOT, AstmLink
from drivers.dialogue import Conversing, Dialogue, say
from drivers.registry import make_protocol
from drivers.transport import Chunk, Transport


class LineAnswers:
    """`hear` gives what to answer. Only an ENQ that comes alone begins a conversation: amid other bytes
    it is noise, or the line settings are wrong."""

    def __init__(self) -> None:
        self._link: AstmLink | None = None
        self.has_answered = False

    @property
    def is_waiting(self) -> bool:
        """The instrument was answered and has not ended its transfer."""
        return self._link is not None

    def hear(self, data: bytes, at: datetime, now: float) -> bytes:
        if self._link is None:
            if data != ENQ:
                return b""
            self._link = AstmLink("framed", holds=False)
            self._link.start(now)
        self._link.hear(Chunk(data), at, now)
        answer = b"".join(words.data for words in self._link.take_says(now))
        self.has_answered = self.has_answered or bool(answer)
        if data.endswith(EOT):
            self._link = None
        return answer


class BrokerAnswers:
    """The boards and nodes behind a broker; which profile or kind they have does not matter here."""

    def __init__(self) -> None:
        kinds = (
            make_protocol("tasmota", {"driver": "st-gs"}),
            make_protocol("sparkplug", {"profile": "nir"}),
        )
        self._dialogues: list[Dialogue] = [one.dialogue() for one in kinds if isinstance(one, Conversing)]

    def hear(self, chunk: Chunk | None, at: datetime, now: float, transport: Transport) -> None:
        """Hears what came, or that nothing did. Raises LineDown."""
        for dialogue in self._dialogues:
            if chunk is None:
                dialogue.note_quiet(at, now)
            else:
                dialogue.hear(chunk, at, now)
            say(dialogue, transport, now)
