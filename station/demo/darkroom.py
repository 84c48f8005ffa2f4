"""Renders the trays of the day ahead of time, in a process of its own so that nothing waits for it.

Run as a program it reads one JSON object per line (id and tray) and answers with one JPEG each, in
order: 16 bytes of the id, 4 bytes of length, the bytes. It ends when its standard input is closed.
"""

import asyncio
import json
import os
import struct
import sys
from collections.abc import Iterable
from dataclasses import asdict, replace
from uuid import UUID

import numpy as np

from station.demo.scripts import PhotoScript, TrayScript
from station.vision.rendered import Phone, render_tray

AHEAD = 4  # photos kept ready, a few megabytes each
RENDER_S = 60.0
NICE = 5  # the station goes first on a small machine
MOVED_PX = 14.0
_HEAD = struct.Struct(">16sI")


class Darkroom:
    """The child process as seen by the phones. Use as an async context."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._collector: asyncio.Task[None] | None = None
        self._room = asyncio.Semaphore(AHEAD)
        self._photos: dict[UUID, asyncio.Future[bytes]] = {}

    async def __aenter__(self) -> "Darkroom":
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __spec__.name, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        self._collector = asyncio.create_task(self._collect(self._process))
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._collector is not None
        self._collector.cancel()
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    def expect(self, photos: Iterable[PhotoScript]) -> None:
        """Has these photos rendered, in this order; each is to be taken with `develop`."""
        assert self._process is not None
        assert self._process.stdin is not None
        for photo in photos:
            self._photos[photo.id] = asyncio.get_running_loop().create_future()
            line = json.dumps({"id": photo.id.hex, "tray": asdict(photo.tray)})
            self._process.stdin.write(line.encode() + b"\n")

    async def develop(self, photo: PhotoScript) -> bytes:
        """Returns the JPEG of an expected photo, once. Raises TimeoutError when the child does not
        deliver."""
        async with asyncio.timeout(RENDER_S):
            jpeg = await self._photos[photo.id]
        del self._photos[photo.id]
        self._room.release()
        return jpeg

    async def _collect(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while True:
            await self._room.acquire()
            try:
                key, length = _HEAD.unpack(await process.stdout.readexactly(_HEAD.size))
                jpeg = await process.stdout.readexactly(length)
            except asyncio.IncompleteReadError:
                self._fail()
                return
            self._photos[UUID(bytes=key)].set_result(jpeg)

    def _fail(self) -> None:
        """Lets nobody wait for the child: it is gone."""
        for photo in self._photos.values():
            if not photo.done():
                photo.set_exception(RuntimeError("the renderer of trays ended"))


def photograph(tray: TrayScript) -> bytes:
    """Returns the 12-megapixel JPEG of a tray."""
    phone = Phone.typical(np.random.default_rng(tray.seed))
    if tray.blurred:
        phone = replace(phone, blur=MOVED_PX)
    rendered = render_tray(
        tray.seed, kernels=tray.kernels, broken=tray.broken, foreign=tray.foreign, sheet=tray.sheet,
        phone=phone,
    )  # fmt: skip
    return rendered.jpeg


def work() -> None:
    """Runs the child's loop."""
    os.nice(NICE)
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        jpeg = photograph(TrayScript(**asked["tray"]))
        sys.stdout.buffer.write(_HEAD.pack(bytes.fromhex(asked["id"]), len(jpeg)) + jpeg)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    work()
