"""Messages from a broker, acknowledged only when the station says that they are safe.

The broker keeps what arrives while the station is away (fixed client id, clean_session off, QoS 1).
An acknowledgement is given by `confirm`, after the caller's commit; a message without one comes again,
marked DUP, when the connection is made anew. paho's own memory dies with the process, so every `open`
makes a new client and only the broker's counts.

`presence` is what the client says of itself: online after each subscription, offline by the
connection's will or before it is closed.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from drivers.transport.base import Chunk, ErrorCode, LineDown
from drivers.transport.mqtt_link import MqttLink
from drivers.transport.presence import Presence

_KEEPALIVE_S = 15


@dataclass(frozen=True, slots=True)
class _Receipt:
    link: MqttLink
    mid: int
    qos: int


class MqttTransport:
    def __init__(
        self,
        host: str,
        port: int,
        topic: str,
        *,
        client_id: str,
        username: str | None = None,
        password: str | None = None,
        connect_s: float = 5.0,
        presence: Presence | None = None,
        passing: bool = False,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`client_id` is the name at the broker: fixed for a device, used by nobody else. A `passing`
        visitor is forgotten by the broker when it goes. `wall` gives seconds since 1970, for the presence."""
        self._host, self._port, self._topic = host, port, topic
        self._client_id = client_id
        self._username, self._password = username, password
        self._connect_s = connect_s
        self._presence = presence
        self._passing = passing
        self._wall = wall
        self._born_ms = 0
        self._link: MqttLink | None = None

    def open(self) -> None:
        self.close()
        link = MqttLink(self._client())
        self._wire(link)
        try:
            link.connect(self._host, self._port, _KEEPALIVE_S)
        except ConnectionRefusedError as error:
            raise LineDown(ErrorCode.REFUSED, f"{self._broker()} refuses: check that it runs") from error
        except OSError as error:
            text = f"{self._broker()} does not answer ({error}): check network and address"
            raise LineDown(ErrorCode.UNREACHABLE, text) from error
        self._link = link
        if not link.ready.wait(self._connect_s) or link.end:
            self.close()
            raise link.end or LineDown(ErrorCode.UNREACHABLE, f"{self._broker()} does not answer")

    def read(self, timeout: float) -> Chunk | None:
        link = self._link
        if link is None:
            raise self._lost_error()
        message = link.receive(timeout)
        if message is None:
            if link.end:
                raise link.end
            return None
        receipt = _Receipt(link, message.mid, message.qos) if message.qos else None
        return Chunk(bytes(message.payload), True, receipt, bool(message.dup), _topic_of(message))

    def write(self, data: bytes) -> None:
        """Nothing is said without a topic: see `publish`."""

    def publish(self, topic: str, data: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Raises LineDown when the broker was lost."""
        link = self._link
        if link is None or link.end is not None:
            raise self._lost_error()
        if link.client.publish(topic, data, qos=qos, retain=retain).rc != 0:
            raise self._lost_error()

    def confirm(self, receipt: Any) -> None:
        """Acknowledge. A receipt of an earlier connection is void: its message comes again."""
        if isinstance(receipt, _Receipt) and receipt.link is self._link:
            receipt.link.client.ack(receipt.mid, receipt.qos)

    def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            gone = self._presence
            if gone and link.end is None:
                link.client.publish(gone.topic, gone.offline(self._born_ms), qos=1, retain=gone.retain)
            link.close()

    def describe(self) -> str:
        return f"mqtt://{self._host}:{self._port}/{self._topic}"

    def _client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            clean_session=self._passing,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.connect_timeout = self._connect_s
        if self._presence:
            self._born_ms = int(self._wall() * 1000)
            will = self._presence.offline(self._born_ms)
            client.will_set(self._presence.topic, will, qos=1, retain=self._presence.retain)
        if self._username:
            client.username_pw_set(self._username, self._password)
        return client

    def _wire(self, link: MqttLink) -> None:
        def on_connect(
            client: Client, _user: Any, _flags: ConnectFlags, code: ReasonCode, _props: Properties | None
        ) -> None:
            if code.is_failure:
                text = f"{self._broker()} refuses this station ({code}): check user and password"
                link.stop(LineDown(ErrorCode.BROKER_REFUSED, text))
            else:
                client.subscribe(self._topic, qos=1)

        def on_subscribe(
            client: Client, _user: Any, _mid: int, codes: list[ReasonCode], _props: Properties | None
        ) -> None:
            if any(code.is_failure for code in codes):
                text = f"{self._broker()} refuses topic {self._topic}: check the broker's access list"
                link.stop(LineDown(ErrorCode.BROKER_REFUSED, text))
            elif self._presence and self._presence.online:
                here = self._presence.online(self._born_ms)
                client.publish(self._presence.topic, here, qos=1, retain=self._presence.retain)
            link.ready.set()

        def on_disconnect(
            _client: Client,
            _user: Any,
            _flags: DisconnectFlags,
            _code: ReasonCode,
            _props: Properties | None,
        ) -> None:
            link.stop(self._lost_error())

        link.client.on_connect = on_connect
        link.client.on_subscribe = on_subscribe
        link.client.on_disconnect = on_disconnect

    def _broker(self) -> str:
        return f"broker {self._host}:{self._port}"

    def _lost_error(self) -> LineDown:
        text = (
            f"{self._broker()} was lost: check that it runs, and that no second station uses this client id"
        )
        return LineDown(ErrorCode.BROKER_LOST, text)


def _topic_of(message: MQTTMessage) -> str | None:
    """Return None where the broker let through a topic that is no text."""
    try:
        return message.topic
    except UnicodeDecodeError:
        return None
