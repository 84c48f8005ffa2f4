"""Publishing with acknowledgement, as a gateway does: what the broker did not take is kept."""

import queue
from collections import deque
from typing import Any

from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from drivers.transport.base import ErrorCode, LineDown


class MqttPublisher:
    """Sends messages of one topic at QoS 1, in order; `unsent` are those without acknowledgement.

    A message whose acknowledgement was lost is sent again: it can arrive twice, never not at all.
    """

    def __init__(self, host: str, port: int, topic: str, *, client_id: str, timeout_s: float = 5.0) -> None:
        self._host, self._port, self._topic = host, port, topic
        self._client_id = client_id
        self._timeout_s = timeout_s
        self._client: Client | None = None
        self._acks: queue.Queue[int] = queue.Queue()
        self.unsent: deque[bytes] = deque()

    def publish(self, payload: bytes) -> bool:
        """Queue one message and send all that is queued. True when the broker has taken all."""
        self.unsent.append(payload)
        return self.flush()

    def flush(self) -> bool:
        """Send what is queued. False while the broker is away: call again later."""
        while self.unsent:
            try:
                self._send(self.unsent[0])
            except LineDown:
                self.close()
                return False
            self.unsent.popleft()
        return True

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.disconnect()
            client.loop_stop()

    def _send(self, payload: bytes) -> None:
        client = self._connect_once()
        sent = client.publish(self._topic, payload, qos=1)
        if sent.rc != 0:
            raise LineDown(ErrorCode.BROKER_LOST, f"broker {self._host}:{self._port} was lost")
        try:
            while self._acks.get(timeout=self._timeout_s) != sent.mid:
                pass
        except queue.Empty as error:
            raise LineDown(ErrorCode.BROKER_LOST, f"{self._topic}: not acknowledged") from error

    def _connect_once(self) -> Client:
        if self._client is None or not self._client.is_connected():
            self.close()
            self._client = self._connect()
        return self._client

    def _connect(self) -> Client:
        ready: queue.Queue[bool] = queue.Queue()
        acks: queue.Queue[int] = queue.Queue()
        self._acks = acks

        def on_connect(
            _client: Client, _user: Any, _flags: ConnectFlags, code: ReasonCode, _props: Properties | None
        ) -> None:
            ready.put(not code.is_failure)

        def on_publish(
            _client: Client, _user: Any, mid: int, _code: ReasonCode, _props: Properties | None
        ) -> None:
            acks.put(mid)

        client = Client(CallbackAPIVersion.VERSION2, client_id=self._client_id, reconnect_on_failure=False)
        client.on_connect = on_connect
        client.on_publish = on_publish
        client.connect_timeout = self._timeout_s
        try:
            client.connect(self._host, self._port, keepalive=15)
            client.loop_start()
            accepted = ready.get(timeout=self._timeout_s)
        except (OSError, queue.Empty) as error:
            client.loop_stop()
            raise LineDown(ErrorCode.UNREACHABLE, f"broker {self._host}:{self._port}: {error}") from error
        if not accepted:
            client.loop_stop()
            raise LineDown(ErrorCode.BROKER_REFUSED, f"broker {self._host}:{self._port} refuses")
        return client
