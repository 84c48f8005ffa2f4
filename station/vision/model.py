"""Runs a bundle's net over kernel crops with ONNX Runtime."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from station.grain.inspection import KernelClass, ModelName
from station.vision.balance import apply_gains, gains, typical_colour
from station.vision.bundle import Bundle, BundleError, read_bundle
from station.vision.composition import Confusion
from station.vision.crops import Crops

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

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Judged:
    """Per kernel: calibrated class probabilities (n, classes) and the squared distance of its embedding
    to the nearest known class (n,), in the bundle's own metric."""

    probabilities: NDArray[np.float64]
    distance2: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Familiar:
    """What known grain looks like: `means` (m, d), `precision` (d, d) of the embedding; a kernel farther
    than `distance2` is unfamiliar. A photo is of unknown grain when more than `share` of its kernels are
    unfamiliar or foreign, or when its middle kernel's length over width leaves `elongation`."""

    means: NDArray[np.float64]
    precision: NDArray[np.float64]
    distance2: float
    share: float
    elongation: tuple[float, float]


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A verified bundle, ready to judge; `species` is what it is validated for."""

    name: ModelName
    species: tuple[str, ...]
    classes: tuple[KernelClass, ...]
    confusion: Confusion
    side: int
    mean: Floats
    std: Floats
    reference: Floats
    gain_limits: tuple[float, float]
    temperature: float
    familiar: Familiar
    runtime: Any

    def judge(self, crops: Crops) -> Judged:
        """Judges the (n, side, side, 4) crops of one photo, in batches of BATCH; n may be 0.

        Colours are first balanced by the photo's typical kernel (see `balance`)."""
        crops = apply_gains(crops, gains(typical_colour(crops), self.reference, *self.gain_limits))
        logits = np.zeros((len(crops), len(self.classes)))
        embeddings = np.zeros((len(crops), self.familiar.means.shape[1]))
        for first in range(0, len(crops), BATCH):
            part = crops[first : first + BATCH]
            got = self.runtime.run(["logits", "embedding"], {"crops": self._padded(part)})
            logits[first : first + BATCH] = got[0][: len(part)]
            embeddings[first : first + BATCH] = got[1][: len(part)]
        return Judged(_softmax(logits / self.temperature), _distance2(embeddings, self.familiar))

    def _padded(self, crops: Crops) -> Floats:
        """Normalised (BATCH, 4, side, side): a kernel's answer must not depend on how many came with it."""
        mask = (crops[..., 3:] > 127).astype(np.float32)
        colour = (crops[..., :3].astype(np.float32) / 255 - self.mean) / self.std * mask
        whole = np.zeros((BATCH, 4, self.side, self.side), np.float32)
        whole[: len(crops)] = np.concatenate([colour, mask], -1).transpose(0, 3, 1, 2)
        return whole


def load_model(path: Path) -> LoadedModel:
    """Reads, verifies and starts a bundle. Raises BundleError."""
    return start_model(read_bundle(path))


def start_model(bundle: Bundle) -> LoadedModel:
    """Starts ONNX Runtime on a verified bundle, one thread per usable core, not spinning between photos."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0))
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        runtime = ort.InferenceSession(bundle.model, options, providers=["CPUExecutionProvider"])
    except _MODEL_ERRORS as error:
        raise BundleError(f"{bundle.name} {bundle.version}: the model does not load: {error}") from error
    return _assemble(bundle, runtime)


def _assemble(bundle: Bundle, runtime: Any) -> LoadedModel:
    manifest = bundle.manifest
    try:
        return LoadedModel(
            name=ModelName(bundle.name, bundle.version, bundle.sha256),
            species=tuple(str(name) for name in manifest["species"]),
            classes=tuple(KernelClass(name) for name in manifest["classes"]),
            confusion=_confusion(manifest),
            side=int(manifest["input"]["side"]),
            mean=np.array(manifest["input"]["mean"], np.float32),
            std=np.array(manifest["input"]["std"], np.float32),
            reference=np.array(manifest["input"]["balance"]["reference"], np.float32),
            gain_limits=_limits(manifest["input"]["balance"]["gains"]),
            temperature=float(manifest["temperature"]),
            familiar=_familiar(manifest["unknown"]),
            runtime=runtime,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BundleError(f"{bundle.name} {bundle.version}: manifest: {error!r}") from error


def _confusion(manifest: Mapping[str, Any]) -> Confusion:
    """Counts per true class and source photo, as an array each (photos, classes)."""
    classes = manifest["classes"]
    rows = {name: list(manifest["confusion"][name].values()) for name in classes}
    return Confusion(tuple(np.array(rows[name], np.float64).reshape(-1, len(classes)) for name in classes))


def _familiar(unknown: Mapping[str, Any]) -> Familiar:
    return Familiar(
        np.array(unknown["means"], np.float64),
        np.array(unknown["precision"], np.float64),
        float(unknown["distance2"]),
        float(unknown["share"]),
        _limits(unknown["elongation"]),
    )


def _limits(values: Sequence[float]) -> tuple[float, float]:
    low, high = values
    return float(low), float(high)


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True)) if len(logits) else logits
    return np.asarray(raised / raised.sum(axis=1, keepdims=True)) if len(logits) else raised


def _distance2(embeddings: NDArray[np.float64], familiar: Familiar) -> NDArray[np.float64]:
    off = embeddings[:, None, :] - familiar.means[None]
    each = np.einsum("nmd,de,nme->nm", off, familiar.precision, off)
    return np.asarray(each.min(axis=1))
