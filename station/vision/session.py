"""A session is a net in ONNX Runtime that has been checked against its manifest, run in batches of one
size."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from station.vision.cores import share, usable
from station.vision.crops import Crops
from station.vision.declaration import ClassesOutput, EmbeddingOutput, Input, Output

# ONNX Runtime's errors have no common base but Exception
_MODEL_ERRORS = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoModel,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)
BATCH = 16  # as fast per kernel as 32 and takes far less memory
MAX_BATCH = 64
BATCH_PIXELS = 1 << 20  # larger inputs go in smaller batches
INPUT = "input"
FLOAT = "tensor(float)"

Floats = NDArray[np.float32]


class SessionError(Exception):
    """The net does not load or is not what its manifest says; the message names the tensor."""


@dataclass(frozen=True, slots=True)
class Session:
    """`run` answers for any number of views; every batch has `batch` rows, the last one padded."""

    wanted: Input
    outputs: tuple[Output, ...]
    batch: int
    runtime: Any

    def run(self, views: Crops) -> Mapping[str, NDArray[np.float64]]:
        """Return (n, width of the output) per output tensor for (n, height, width, 4) views; n may be 0.

        A kernel's answer does not depend on how many came with it."""
        names = [one.tensor for one in self.outputs]
        answers = {one.tensor: np.zeros((len(views), width_of(one))) for one in self.outputs}

        def fill(first: int) -> None:
            part = views[first : first + self.batch]
            for name, got in zip(names, self.runtime.run(names, {INPUT: self._padded(part)}), strict=True):
                answers[name][first : first + self.batch] = got.reshape(self.batch, -1)[: len(part)]

        share(fill, range(0, len(views), self.batch))
        return answers

    def _padded(self, views: Crops) -> Floats:
        """Normalise to (batch, channels, height, width). Outside a kernel its crop is 0 in every channel;
        tiles and photos keep the colours around the kernels."""
        wanted = self.wanted
        planes = cv2.split(views.reshape(-1, wanted.width, 4))
        mask = cv2.threshold(planes[3], 127, 1, cv2.THRESH_BINARY)[1].reshape(views.shape[:3])
        whole = np.zeros((self.batch, len(wanted.channels), wanted.height, wanted.width), np.float32)
        for channel, (colour, mean, std) in enumerate(
            zip(wanted.colours, wanted.mean, wanted.std, strict=True)
        ):
            table = (np.arange(256, dtype=np.float32) / 255 - np.float32(mean)) / np.float32(std)
            plane = cv2.LUT(planes[colour], table).reshape(mask.shape)
            np.multiply(plane, mask if wanted.of == "kernel" else 1, out=whole[: len(views), channel])
        if wanted.masked:
            whole[: len(views), -1] = mask
        return whole


def width_of(output: Output) -> int:
    """Return how many numbers a row of an output has."""
    if isinstance(output, ClassesOutput):
        return len(output.classes)
    return len(output.precision) if isinstance(output, EmbeddingOutput) else 1


def start_session(model: bytes, wanted: Input, outputs: tuple[Output, ...]) -> Session:
    """Load the net, check its tensors against the declaration and run it once on black. Kernels come in many
    batches, each on a core of its own; tiles and photos in few, each on all of them. Threads do not spin
    between photos. Raises SessionError."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1 if wanted.of == "kernel" else usable()
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        runtime = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except _MODEL_ERRORS as error:
        raise SessionError(f"the model does not load: {error}") from error
    batch = _check_input(runtime, wanted)
    _check_outputs(runtime, outputs)
    session = Session(wanted, outputs, batch, runtime)
    _try_out(session)
    return session


def _check_input(runtime: Any, wanted: Input) -> int:
    """Return the batch size: the model's own where it has a fixed one."""
    inputs = runtime.get_inputs()
    if [one.name for one in inputs] != [INPUT] or inputs[0].type != FLOAT:
        names = ", ".join(f"{one.name} {one.type}" for one in inputs)
        raise SessionError(f"the model's input must be {INPUT!r}, {FLOAT}; it is {names}")
    asked = [len(wanted.channels), wanted.height, wanted.width]
    shape = inputs[0].shape
    if len(shape) != 4 or any(isinstance(s, int) and s != w for s, w in zip(shape[1:], asked, strict=True)):
        raise SessionError(f"input: the manifest says (n, {asked[0]}, {asked[1]}, {asked[2]}), it is {shape}")
    if not isinstance(shape[0], int):
        return max(1, min(BATCH, BATCH_PIXELS // (wanted.height * wanted.width)))
    if not 1 <= shape[0] <= MAX_BATCH:
        raise SessionError(f"input: a batch of {shape[0]} is fixed in the model, 1 to {MAX_BATCH} can be run")
    return shape[0]


def _check_outputs(runtime: Any, outputs: tuple[Output, ...]) -> None:
    there = {one.name: one for one in runtime.get_outputs()}
    for output in outputs:
        if output.tensor not in there:
            raise SessionError(
                f"the model has no output {output.tensor!r}, it has {', '.join(sorted(there))}"
            )
        if there[output.tensor].type != FLOAT:
            raise SessionError(f"output {output.tensor!r} must be {FLOAT}, it is {there[output.tensor].type}")


def _try_out(session: Session) -> None:
    """Run once for the true shapes, which a graph need not state."""
    wanted, names = session.wanted, [one.tensor for one in session.outputs]
    black = np.zeros((session.batch, len(wanted.channels), wanted.height, wanted.width), np.float32)
    try:
        answers = session.runtime.run(names, {INPUT: black})
    except _MODEL_ERRORS as error:
        raise SessionError(f"the model does not run: {error}") from error
    for output, got in zip(session.outputs, answers, strict=True):
        width = width_of(output)
        shapes = {(session.batch, width)} | ({(session.batch,)} if width == 1 else set())
        if got.shape not in shapes:
            raise SessionError(
                f"output {output.tensor!r}: the manifest says (n, {width}), it gives {got.shape} for "
                f"{session.batch} rows"
            )
