"""A vision worker of the tests: it speaks the wire and says what the photo says.

`python -m tests.headquarters.spoken_worker BUNDLE`. A photo is text: `broken=0.03`, `refuse`, or `die`, which
ends the process. A bundle that begins with `dead` does not start."""

import hashlib
import os
import sys
from pathlib import Path
from typing import Any

from station.vision.wire import encode, read_message


def main(bundle: Path) -> None:
    body, out = bundle.read_bytes(), sys.stdout.buffer
    if body.startswith(b"dead"):
        os._exit(7)
    name = {"name": "spoken", "version": "1", "sha256": hashlib.sha256(body).hexdigest()}
    shift = 0.01 if body.startswith(b"shifted") else 0.0
    out.write(encode({"ready": name, "pid": os.getpid()}))
    out.flush()
    while (message := read_message(sys.stdin.buffer)) is not None:
        request, photo = message
        out.write(encode({"id": request["id"], "inspection": said(photo.decode(), shift)}))
        out.flush()


def said(photo: str, shift: float = 0.0) -> dict[str, Any]:
    if photo.startswith("die"):
        os._exit(9)
    nothing = dict.fromkeys(
        ("kernels", "cut", "outlines", "by_area", "judged", "grams", "mm_per_px", "sizes", "colour",
         "species", "embedding")
    )  # fmt: skip
    told = {
        **nothing, "sha256": "", "accepted": True, "reasons": [], "remarks": [], "unseen": [], "card": False,
        "classes": {}, "task": "kernel_class", "numbers": {}, "models": [], "kernel_list": [], "seconds": {},
    }  # fmt: skip
    if photo.startswith("refuse"):
        return {**told, "accepted": False}
    share = float(photo.split("=")[1].split(maxsplit=1)[0]) + shift
    return {**told, "mass": {"broken": {"share": share, "low": share - 0.02, "high": share + 0.02}}}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
