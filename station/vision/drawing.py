"""The drawing worker is `python -m station.vision.drawing`: it draws on one photo what a model saw, and ends.

It reads one message (see `wire`) from standard input: {"inspection", "words", "title", "reasons"} with the
photo as body. It answers {"drawn": true} with a JPEG picture as body, or {"failed"}. Nothing is judged again:
classes and boxes are those of the inspection. Outlines, which are not kept, are found in the photo once more;
a kernel whose box is not found so again is drawn as its box.
"""

import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from station.grain.inspection import Inspection
from station.grain.reasons import Reason
from station.vision.gate import MIN_LENGTH
from station.vision.listed import listed
from station.vision.look import Stages, look
from station.vision.overlay import draw_overlay
from station.vision.wire import PipeError, encode, inspection_from_dict, read_message

EXIT_DONE, EXIT_PIPE = 0, 4


def main() -> int:
    try:
        message = read_message(sys.stdin.buffer)
    except PipeError:
        return EXIT_PIPE
    if message is None:
        return EXIT_PIPE
    sys.stdout.buffer.write(drawn(*message))
    sys.stdout.buffer.flush()
    return EXIT_DONE


def drawn(request: Mapping[str, Any], photo: bytes) -> bytes:
    """The answer as bytes."""
    try:
        seen = inspection_from_dict(request["inspection"])
    except (KeyError, TypeError, ValueError) as error:
        return encode({"failed": f"no inspection: {error!r}"})
    picture = draw_overlay(
        photo, outlined(photo, seen), words=request["words"], title=request["title"],
        reasons=request["reasons"], form=".jpg",
    )  # fmt: skip
    return (
        encode({"failed": "the photo cannot be decoded"})
        if picture is None
        else encode({"drawn": True}, picture)
    )


def outlined(photo: bytes, seen: Inspection) -> Inspection:
    """The inspection with the outline of each kernel that is found at the same box again."""
    looked = look(photo, MIN_LENGTH, Stages(time.perf_counter))
    if isinstance(looked, Reason):
        return seen
    scene, found = looked
    shapes = listed(found.complete, scene.photo, {}, (), polygons=True)
    polygons = {shape.box: shape.polygon for shape in shapes}
    kernels = tuple(replace(one, polygon=polygons.get(one.box, ())) for one in seen.kernel_list)
    return replace(seen, kernel_list=kernels)


if __name__ == "__main__":
    sys.exit(main())
