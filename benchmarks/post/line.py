"""A bad line between stations and one copy of the hub: answers are lost, come late, requests are cut."""

import contextlib
import selectors
import socket
import threading
from collections import Counter
from random import Random
from types import TracebackType

CONNECT_S, CHUNK = 5.0, 65_536


class BadLine:
    """Listens on loopback and hands on to `target`, a port that may be closed for now. Of all answers the
    share `drop` is lost: the other side had the request. The share `stall` is held for `stall_s` and lost
    then; of the requests the share `cut` is cut in the middle. `down` cuts everything; `held` lets no
    request pass, and cuts none. `bytes_a_second`, where it is not 0, is how fast requests pass."""

    def __init__(
        self, target: int, random: Random, *, drop: float = 0.0, stall: float = 0.0, stall_s: float = 3.0,
        cut: float = 0.0,
    ) -> None:  # fmt: skip
        self._target, self._random = target, random
        self.drop, self.stall, self._stall_s, self.cut = drop, stall, stall_s, cut
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.2)
        self._thread = threading.Thread(target=self._accept, name="bad line")
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.down = self.held = False
        self.bytes_a_second = 0.0
        self.carried = 0
        self.counted: Counter[str] = Counter()

    def __enter__(self) -> "BadLine":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._listener.close()

    def _accept(self) -> None:
        talks: list[threading.Thread] = []
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._listener.accept()
                talk = threading.Thread(target=self._talk, args=(connection,), name="bad line's talk")
                talk.start()
                talks = [*(one for one in talks if one.is_alive()), talk]
        for talk in talks:
            talk.join()

    def _talk(self, near: socket.socket) -> None:
        with near, contextlib.suppress(OSError):
            if self.down:
                return
            with socket.create_connection(("127.0.0.1", self._target), CONNECT_S) as far:
                self._hand_on(near, far)

    def _hand_on(self, near: socket.socket, far: socket.socket) -> None:
        is_asked = False
        with selectors.DefaultSelector() as waiting:
            waiting.register(near, selectors.EVENT_READ)
            waiting.register(far, selectors.EVENT_READ)
            while not self._stop.is_set() and not self.down:
                for key, _ in waiting.select(0.2):
                    data = near.recv(CHUNK) if key.fileobj is near else far.recv(CHUNK)
                    if not data:
                        return
                    if key.fileobj is near:
                        if not is_asked and self._random.random() < self.cut:
                            self.counted["cut"] += 1
                            far.sendall(data[: len(data) // 2])
                            return
                        is_asked = True
                        self._slow_down(len(data))
                        far.sendall(data)
                        continue
                    if is_asked and self._is_lost():
                        return
                    is_asked = False
                    near.sendall(data)

    def _slow_down(self, size: int) -> None:
        while self.held and not self._stop.is_set():
            self._stop.wait(0.05)
        if self.bytes_a_second:
            self._stop.wait(size / self.bytes_a_second)
        self.carried += size

    def _is_lost(self) -> bool:
        """Decides on an answer that begins."""
        self.counted["answers"] += 1
        fate = self._random.random()
        if fate < self.drop:
            self.counted["dropped"] += 1
            return True
        if fate < self.drop + self.stall:
            self.counted["stalled"] += 1
            self._stop.wait(self._stall_s)
            return True
        return False
