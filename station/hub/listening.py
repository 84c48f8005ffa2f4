"""A copy of the hub where it listens, until it is told to stop."""

import json
import signal
import socket

import uvicorn
from fastapi import FastAPI


class CannotListen(Exception):
    """Another program listens there, or the address is not this machine's."""

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(f"{host}:{port}: {why}")
        self.address, self.why = f"[{host}]:{port}" if ":" in host else f"{host}:{port}", why


def serve_until_stopped(app: FastAPI, host: str, port: int, *signals: signal.Signals) -> None:
    """Says on standard output where it listens once it accepts. Raises CannotListen."""
    with _listener(host, port) as listener:
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=5)
        )

        def stop(_number: int, _frame: object) -> None:
            app.state.is_stopping = True  # who waits for news is answered now
            server.should_exit = True

        for number in signals:
            signal.signal(number, stop)
        at, number_at = listener.getsockname()[:2]
        print(json.dumps({"listening": f"http://{at}:{number_at}"}), flush=True)  # noqa: T201  what the caller waits for
        server.run(sockets=[listener])


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, UnicodeError) as error:
        raise CannotListen(host, port, getattr(error, "strerror", None) or str(error)) from error
