"""One connection to a broker, carried by a thread of its own.

When the inbox is full nothing more is read, so TCP holds the broker back, and nothing is refused. The window
of unacknowledged messages does not do that: Mosquitto 2.0.11 sends twenty more for each acknowledgement, and
what was published at QoS 0 has no window. Acknowledgements go out all the same, and now and then a question,
so that the broker does not take a station that waits for one that is gone.

Whether the broker is still there is asked only of a line that has been read empty and stays quiet: the answer
to a ping lies behind what waits, and what waits may take minutes.
"""

import contextlib
import queue
import select
import socket
import threading
import time
from typing import Any

from paho.mqtt.client import Client, MQTTMessage

from drivers.transport.base import LineDown

INBOX = 256
_TICK_MS = 200
_KNOCK_S = 5.0
_QUIET_S = 5.0
_SETTLE_S = 2.0
_NO_TOPIC = "silo/no-such-topic"
_BROKEN = select.POLLHUP | select.POLLERR | select.POLLNVAL


class MqttLink:
    """`inbox` holds what was received, and None when the connection has ended; `end` says how (None: it has
    not)."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.inbox: queue.SimpleQueue[MQTTMessage | None] = queue.SimpleQueue()
        self.ready = threading.Event()
        self.end: LineDown | None = None
        self._answers: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._is_closing = self._is_over = False
        self._knocked_s = self._heard_s = time.monotonic()
        self._woken, self._wakes = socket.socketpair()
        self._thread = threading.Thread(target=self._carry, name="mqtt")
        for end in (self._woken, self._wakes):
            end.setblocking(False)
        client.on_message = self._receive
        client.on_unsubscribe = self._answered
        client.on_socket_register_write = lambda *_: self._wake()

    def connect(self, host: str, port: int, keepalive_s: int) -> None:
        """Raise OSError when nobody is there."""
        try:
            self.client.connect(host, port, keepalive=keepalive_s)
        except OSError:
            self._close_wakes()
            raise
        self._thread.start()

    def receive(self, timeout: float) -> MQTTMessage | None:
        """Return the next message; None when there is none, or no more will come."""
        try:
            message = self.inbox.get(timeout=timeout) if self.end is None else self.inbox.get_nowait()
        except queue.Empty:
            return None
        if self.inbox.qsize() == INBOX - 1:
            self._wake()
        return message

    def stop(self, error: LineDown) -> None:
        self.end = self.end or error
        self.ready.set()
        self._answers.put(None)
        self.inbox.put(None)

    def close(self) -> None:
        """Leave what has not been confirmed to the broker, which gives it again to the next connection."""
        self._is_closing = True
        self._wake()
        self._settle()
        self.client.disconnect()
        self._thread.join(_SETTLE_S)
        self._is_over = True
        self._wake()
        self._thread.join()

    def _settle(self) -> None:
        """Wait until the broker has read our acknowledgements, by a question that it answers in order.

        A broker forgets what it has not read of a connection when the same client connects anew.
        """
        if self.end is not None:
            return
        rc, asked = self.client.unsubscribe(_NO_TOPIC)
        end = time.monotonic() + _SETTLE_S
        with contextlib.suppress(queue.Empty):
            while rc == 0 and self._answers.get(timeout=max(0.0, end - time.monotonic())) not in (
                asked,
                None,
            ):
                pass

    def _receive(self, _client: Client, _user: Any, message: MQTTMessage) -> None:
        if self._is_closing:
            return
        self.inbox.put(message)
        if self.inbox.qsize() >= INBOX:
            self.ready.set()  # the answer to the subscription lies behind what the broker had kept

    def _answered(self, _client: Client, _user: Any, mid: int, *_: Any) -> None:
        if self._is_closing:
            self._answers.put(mid)

    def _carry(self) -> None:
        try:
            while not self._is_over and (line := self.client.socket()) is not None:
                has_room = self._is_closing or self.inbox.qsize() < INBOX
                ready = self._wait(line, has_room)
                if ready & (_BROKEN | (select.POLLIN if has_room else 0)):
                    self.client.loop_read()
                if self.client.want_write():
                    self.client.loop_write()
                if ready & select.POLLIN or not has_room:
                    self._heard_s = time.monotonic()
                if time.monotonic() - self._heard_s >= _QUIET_S:
                    self.client.loop_misc()
                else:
                    self._knock()
        finally:
            self._close_wakes()

    def _wait(self, line: Any, has_room: bool) -> int:
        """Wait until there is something to do on the line; return its poll events."""
        poll = select.poll()
        poll.register(self._woken, select.POLLIN)
        writing = select.POLLOUT if self.client.want_write() else 0
        poll.register(line, (select.POLLIN if has_room else 0) | writing)
        ready = dict(poll.poll(_TICK_MS))
        if self._woken.fileno() in ready:
            self._woken.recv(4096)
        return ready.get(line.fileno(), 0)

    def _knock(self) -> None:
        """Say something while the line is busy or held back, without judging when the answer comes."""
        now = time.monotonic()
        if now - self._knocked_s >= _KNOCK_S:
            self._knocked_s = now
            self.client.unsubscribe(_NO_TOPIC)

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # it is awake already, or has ended
            self._wakes.send(b"x")

    def _close_wakes(self) -> None:
        for end in (self._woken, self._wakes):
            end.close()
