"""Saying something to a broker without ever waiting for it: what cannot be sent now is not sent.

The connection is made and made again in paho's own thread. Whoever speaks keeps what is worth saying
again and says it after each connection (`connections` counts them).
"""

import time
from collections.abc import Callable
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from drivers.transport.presence import Presence

_KEEPALIVE_S = 15
_CONNECT_S = 3.0
_FAREWELL_S = 1.0
_AGAIN_S = (1, 20)
# Messages that the broker has not taken yet; beyond that a slow broker loses some.
_WAITING = 500


class MqttAnnouncer:
    """`presence` is said after each connection; its will speaks when the connection breaks."""

    def __init__(
        self,
        host: str,
        port: int,
        presence: Presence,
        *,
        client_id: str,
        username: str | None = None,
        password: str | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._host, self._port = host, port
        self._presence = presence
        self._born_ms = int(wall() * 1000)
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=client_id)
        self._client.connect_timeout = _CONNECT_S
        self._client.reconnect_delay_set(*_AGAIN_S)
        self._client.max_queued_messages_set(_WAITING)
        self._client.will_set(presence.topic, presence.offline(self._born_ms), qos=1, retain=presence.retain)
        if username:
            self._client.username_pw_set(username, password)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_connect_fail = self._on_connect_fail
        self.connections = 0
        self.problem: str | None = "not connected yet"

    @property
    def broker(self) -> str:
        return f"{self._host}:{self._port}"

    def start(self) -> None:
        """Returns at once, whether the broker is there or not."""
        self._client.connect_async(self._host, self._port, keepalive=_KEEPALIVE_S)
        self._client.loop_start()

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Return False when it was not said: nobody is there, or too much waits already."""
        if self.problem is not None:
            return False
        return int(self._client.publish(topic, payload, qos=1, retain=retain).rc) == 0

    def stop(self) -> None:
        """Says farewell where somebody hears it, a second at most."""
        if self.problem is None:
            told = self._client.publish(
                self._presence.topic,
                self._presence.offline(self._born_ms),
                qos=1,
                retain=self._presence.retain,
            )
            if told.rc == 0:
                told.wait_for_publish(_FAREWELL_S)
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(
        self, client: Client, _user: Any, _flags: ConnectFlags, code: ReasonCode, _props: Properties | None
    ) -> None:
        if code.is_failure:
            self.problem = f"refused ({code})"
            return
        self.problem = None
        if self._presence.online is not None:
            online = self._presence.online(self._born_ms)
            client.publish(self._presence.topic, online, qos=1, retain=self._presence.retain)
        self.connections += 1

    def _on_disconnect(
        self,
        _client: Client,
        _user: Any,
        _flags: DisconnectFlags,
        code: ReasonCode,
        _props: Properties | None,
    ) -> None:
        self.problem = self.problem or f"connection lost ({code})"

    def _on_connect_fail(self, _client: Client, _user: Any) -> None:
        self.problem = "no answer"
