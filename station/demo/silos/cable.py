"""The line between the silos and headquarters: it can be cut, and comes back."""

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress

CHUNK = 65_536


class Cable:
    """Carries bytes from loopback ports of its own to the `ends`, the addresses behind them. While it is cut,
    what is under way is dropped and nobody gets through. Use as a context."""

    def __init__(self, ends: Sequence[tuple[str, int]]) -> None:
        self.urls: list[str] = []
        self.is_cut = False
        self._ends = ends
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cable")
        self._servers: list[asyncio.Server] = []
        self._open: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> "Cable":
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        self.is_cut = True
        self._loop.call_soon_threadsafe(self._drop)

    def mend(self) -> None:
        self.is_cut = False

    async def _listen(self) -> None:
        for end in self._ends:
            server = await asyncio.start_server(self._carrier(end), "127.0.0.1", 0)
            self._servers.append(server)
            self.urls.append(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")

    def _carrier(self, end: tuple[str, int]):  # type: ignore[no-untyped-def]
        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._open.add(writer)
            try:
                if not self.is_cut:
                    await self._carry(end, reader, writer)
            except OSError:
                pass  # either side went away
            finally:
                self._open.discard(writer)
                writer.transport.abort()

        return carry

    async def _carry(
        self, end: tuple[str, int], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        from_hub, to_hub = await asyncio.open_connection(*end)
        self._open.add(to_hub)
        try:
            there = asyncio.create_task(_pass_on(reader, to_hub))
            back = asyncio.create_task(_pass_on(from_hub, writer))
            _, left = await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            for task in left:
                task.cancel()
        finally:
            self._open.discard(to_hub)
            to_hub.transport.abort()

    def _drop(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        self._drop()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
