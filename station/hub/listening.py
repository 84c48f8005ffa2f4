"""A copy of the hub where it listens, until it is told to stop."""

import json
import signal
import socket

import uvicorn
from fastapi import FastAPI


def serve_until_stopped(app: FastAPI, host: str, port: int, *signals: signal.Signals) -> None:
    """Says on standard output where it listens once it accepts. Raises OSError where it cannot listen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=5)
        )

        def stop(_number: int, _frame: object) -> None:
            server.should_exit = True

        for number in signals:
            signal.signal(number, stop)
        at, number_at = listener.getsockname()[:2]
        print(json.dumps({"listening": f"http://{at}:{number_at}"}), flush=True)  # noqa: T201  what the caller waits for
        server.run(sockets=[listener])
