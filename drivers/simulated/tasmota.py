"""A simulated Tasmota board: a serial line whose other end is a broker."""

import json

from drivers.transport import LineDown, MqttTransport, Presence

_PIECE = 256


class TasmotaLine:
    """A line for any simulated instrument. As the real board it hands out nothing before it was told to
    send once, and at most 256 bytes a message. `as_hex`: SerialDelimiter 254. `key`: what a release calls it;
    one that does not `escape` puts line ends into the text as they are."""

    def __init__(
        self,
        host: str,
        port: int,
        topic: str,
        *,
        as_hex: bool = False,
        key: str = "SSerialReceived",
        escape: bool = True,
    ) -> None:
        self.awake = False
        self._key, self._escape = key, escape
        self._command = f"/{key.removesuffix('Received')}Send5"
        self._topic, self._hex = topic, as_hex
        will = Presence(f"tele/{topic}/LWT", lambda _: b"Online", lambda _: b"Offline")
        self._client = MqttTransport(host, port, f"cmnd/{topic}/+", client_id=f"board-{topic}", presence=will)
        self._received = b""
        self.plug()

    def plug(self) -> None:
        """Start the board. LineDown when the broker is away."""
        self.awake = False
        self._client.open()

    def write(self, data: bytes) -> bool:
        self._listen()
        if not self.awake:
            return False
        pieces = [data[i : i + _PIECE] for i in range(0, len(data), _PIECE)]
        return all(self._publish(piece) for piece in pieces)

    def take(self) -> bytes:
        self._listen()
        received, self._received = self._received, b""
        return received

    def disconnect(self) -> None:
        self._client.close()

    def close(self) -> None:
        self._client.close()

    def _publish(self, piece: bytes) -> bool:
        text = piece.hex().upper() if self._hex else piece.decode("latin-1")
        message = json.dumps({self._key: {"Data": text}})
        raw = b'{"%b":"%b"}' % (self._key.encode(), text.encode("latin-1"))
        try:
            self._client.publish(
                f"tele/{self._topic}/RESULT", message.encode() if self._escape else raw, qos=0
            )
        except LineDown:
            return False
        return True

    def _listen(self) -> None:
        try:
            while chunk := self._client.read(0.001):
                if chunk.receipt is not None:
                    self._client.confirm(chunk.receipt)
                if chunk.topic and chunk.topic.endswith(self._command):
                    self.awake = True
                    self._received += bytes.fromhex(chunk.data.decode("ascii"))
        except LineDown:
            self.awake = False
