"""The counter where it listens: on the socket that the service manager kept, else on a new one."""

import json
import socket
from contextlib import suppress
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from station.api.access import BASE
from station.api.app import create_app, stop_streams
from station.api.context import Context
from station.api.door import Door, limits_within, raise_descriptor_limit
from station.runtime.heartbeat import Turns
from station.service_manager import ServiceManager
from station.site.file import SiteSettings, host_port
from station.store.folder import LISTENING
from ui.phone.app import PATH as PHONE
from ui.phone.app import create_phone_page
from ui.web.app import create_pages

TURNS_S = 15.0  # its loop turns twice a second
METRICS = "/metrics"
KEPT = "counter"  # the listening socket at the service manager


class AddressTaken(Exception):
    """The station cannot listen where the site file says: another program does, or the address is not this
    machine's."""

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(f"{host_port(host, port)}: {why}")
        self.address = host_port(host, port)
        self.why = why


class HttpServer:
    """The counter behind its door; says on standard output, and to the service manager, where it listens once
    it accepts. `loop` is the one that answers."""

    def __init__(
        self, context: Context, settings: SiteSettings, folder: Path, manager: ServiceManager
    ) -> None:
        listener = kept_or_new(settings.server.host, settings.server.port, manager)
        host, port = listener.getsockname()[:2]
        self.url = f"http://{host_port(host, port)}"
        self.loop = Turns(TURNS_S)
        self._folder = folder
        self._line = {"listening": self.url, "admin_token_file": str(folder / "admin.token")}
        self._manager = manager
        self._listener = listener
        self._app = create_app(context)
        self._door = Door(
            with_pages(self._app, context), listener, limits=limits_within(raise_descriptor_limit()),
            on_open=self._announce, on_close=self._close, on_turn=self.loop.turn,
        )  # fmt: skip

    def run(self) -> None:
        self._door.serve_until_stopped()

    def stop(self) -> None:
        self._door.stop()

    def _announce(self) -> None:
        (self._folder / LISTENING).write_text(self.url)  # a port of 0 is any that is free
        print(json.dumps(self._line), flush=True)  # noqa: T201  the line that the caller waits for
        if self._listener not in self._manager.sockets:
            self._manager.keep(self._listener, KEPT)  # now that it listens: systemd lets others go
        self._manager.ready(self.url)

    def _close(self) -> None:
        self._manager.stopping()
        self.loop.stop()
        stop_streams(self._app)


def with_pages(api: FastAPI, context: Context) -> ASGIApp:
    """The counter at `/api` and `/metrics`, the phones' page at `/phone`, the pages elsewhere; each says
    itself what goes wrong."""
    pages = create_pages(context, api.state.pins)
    phone = create_phone_page(lambda: context.desk.policy.language)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == METRICS:
            scope = {**scope, "path": f"{BASE}{METRICS}", "raw_path": f"{BASE}{METRICS}".encode()}
        await _room_of(scope, api, phone, pages)(scope, receive, send)

    return serve


def _room_of(scope: Scope, api: ASGIApp, phone: ASGIApp, pages: ASGIApp) -> ASGIApp:
    if scope["type"] != "http" or scope["path"].startswith("/api/"):
        return api
    is_phone = scope["path"] == PHONE or scope["path"].startswith(f"{PHONE}/")
    return phone if is_phone else pages


def kept_or_new(host: str, port: int, manager: ServiceManager) -> socket.socket:
    """The socket that the service manager kept since the last start, unless the site file names another
    address since. Raises AddressTaken."""
    listener = None
    for kept in manager.sockets:
        if listener is None and _is_bound(kept, host, port):
            listener = kept
        else:
            kept.close()
    if listener is None:
        manager.forget(KEPT)
        listener = listen(host, port)
    return listener


def _is_bound(listener: socket.socket, host: str, port: int) -> bool:
    """Port 0 is any."""
    if listener.family not in (socket.AF_INET, socket.AF_INET6):
        return False
    with suppress(OSError):
        address, number = listener.getsockname()[:2]
        places = socket.getaddrinfo(host, port, listener.family, socket.SOCK_STREAM)
        return any(address == place[4][0] and port in (0, number) for place in places)
    return False


def listen(host: str, port: int) -> socket.socket:
    """A socket bound there, on which the door will listen. Raises AddressTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # named TCP, or asyncio leaves Nagle's algorithm on and every answer waits 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise AddressTaken(host, port, error.strerror or str(error)) from error
    return listener
