"""The vision worker is `python -m station.vision.worker BUNDLE`, one process per model version.

It reads requests from standard input and writes answers to standard output (see `wire`), loads and
warms up once, and ends when its input is closed. What libraries print goes to standard error.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

from drivers.text import visible
from station.vision.bundle import BundleError
from station.vision.inspect import inspect
from station.vision.model import LoadedModel, load_model
from station.vision.rendered import render_tray
from station.vision.wire import PipeError, encode, read_message

EXIT_DONE = 0
EXIT_USAGE = 2
EXIT_BUNDLE = 3
EXIT_PIPE = 4


def main(arguments: list[str]) -> int:
    """Serve until standard input ends; the exit code says why it ended."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m station.vision.worker BUNDLE\n")
        return EXIT_USAGE
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the station, which then closes our input
    out = _own_output()
    try:
        model = load_model(Path(arguments[0]))
    except BundleError as error:
        _send(out, {"failed": str(error)})
        return EXIT_BUNDLE
    warm_up(model)
    _send(out, {"ready": model.name.as_dict(), "pid": os.getpid()})
    try:
        while (message := read_message(sys.stdin.buffer)) is not None:
            _send(out, _answer(model, *message))
    except (PipeError, BrokenPipeError) as error:
        sys.stderr.write(visible(f"vision worker: {error}") + "\n")
        return EXIT_PIPE
    return EXIT_DONE


def warm_up(model: LoadedModel) -> None:
    """Send one small rendered tray through the whole chain: the first photo of a day must not be slow."""
    tray = render_tray(1, width=1000, height=750, kernels=20, sheet="white")
    inspect(tray.jpeg, model, species=None)


def _own_output() -> BinaryIO:
    """Take the pipe for answers; file descriptor 1 then points to standard error, so that no library's print
    can break the protocol."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


def _send(out: BinaryIO, header: dict[str, Any]) -> None:
    out.write(encode(header))
    out.flush()


def _answer(model: LoadedModel, request: dict[str, Any], body: bytes) -> dict[str, Any]:
    photo = body
    if (path := request.get("path")) is not None:
        try:
            photo = Path(path).read_bytes()
        except OSError as error:
            return {"id": request.get("id"), "error": f"{path}: {error.strerror or error}"}
    polygons = bool(request.get("polygons", False))
    required = bool(request.get("card_required", False))
    species = request.get("species")
    inspection = inspect(photo, model, species=species, polygons=polygons, card_required=required)
    return {"id": request.get("id"), "inspection": inspection.as_dict(polygons=polygons)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
