"""A loaded model is ready to judge: it cuts its declared input from a photo, runs its net, reads its
outputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from station.grain.inspection import UNSEEN, KernelClass, ModelName
from station.vision.bundle import Bundle, BundleError, read_bundle
from station.vision.composition import Confusion
from station.vision.crops import Crops
from station.vision.declaration import (
    ClassesOutput,
    Counts,
    EmbeddingOutput,
    Input,
    KnownLooks,
    NumberOutput,
)
from station.vision.kernels import KernelShape, Segmentation
from station.vision.photo import Pixels
from station.vision.session import Session, SessionError, start_session
from station.vision.views import cut_views

Array = NDArray[np.float64]
MIN_LENGTH = 22.0  # pixels of a kernel, for bundles of kernels that declare no `min_length`


@dataclass(frozen=True, slots=True)
class Judged:
    """Holds what a net says, one row per kernel or tile, or one for the photo: calibrated class
    `probabilities` (n, classes), `numbers` (n,) by name, and `distance2` (n,), the squared distance of the
    embedding to the nearest known grain in the bundle's own metric. None is not an output of it."""

    probabilities: Array | None
    numbers: Mapping[str, Array]
    distance2: Array | None

    @property
    def finite(self) -> bool:
        """Tell whether the net answered with numbers only."""
        some = [*self.numbers.values(), self.probabilities, self.distance2]
        return all(bool(np.isfinite(one).all()) for one in some if one is not None)


@dataclass(frozen=True, slots=True)
class Familiar:
    """Tells what known grain looks like: `means` (m, d), `precision` (d, d) of the embedding; a kernel
    farther than `distance2` is unfamiliar. A photo is of unknown grain when more than `share` of its kernels
    are unfamiliar or foreign, or when its middle kernel's length over width leaves `elongation`, or it as a
    whole leaves the known `looks`."""

    means: Array
    precision: Array
    distance2: float
    share: float
    elongation: tuple[float, float] | None
    looks: KnownLooks | None


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A loaded model is a verified bundle, ready to judge; `species` is what it is made for, `validated` the
    declared species that it was validated on, where these are fewer (empty: all). Without
    classes `classes` is empty and `confusion` None; without an embedding `familiar` is None."""

    name: ModelName
    task: str
    species: tuple[str, ...]
    validated: tuple[str, ...]
    input: Input
    classes: tuple[str, ...]
    temperature: float
    confusion: Confusion | None
    unseen: tuple[str, ...]
    kernel_mg: float | None
    widest: float | None
    numbers: tuple[NumberOutput, ...]
    familiar: Familiar | None
    session: Session
    tensors: Mapping[str, str]

    @property
    def min_length(self) -> float:
        """Return how many pixels long the middle kernel must be for its figures to hold."""
        declared = self.input.min_length
        return declared if declared is not None else MIN_LENGTH if self.input.of == "kernel" else 0.0

    def grams(self, kernels: int) -> float | None:
        """Return about how heavy so many kernels are; None where the bundle does not say."""
        return round(kernels * self.kernel_mg / 1000, 1) if self.kernel_mg else None

    def shown(self, found: Segmentation) -> tuple[KernelShape, ...]:
        """Return the kernels it looks at: a model of kernels those that show their own shape, others all."""
        return found.whole if self.input.of == "kernel" else found.complete

    def views(self, pixels: Pixels, kernels: Sequence[KernelShape]) -> Crops:
        """Return its input cut from a photo at working scale: see `cut_views`."""
        return cut_views(pixels, kernels, self.input)

    def judge(self, views: Crops) -> Judged:
        """Answer for the (n, height, width, 4) views of one photo, in batches; n may be 0."""
        answers = self.session.run(views)
        with np.errstate(all="ignore"):  # a net may answer with infinities: `finite` tells
            return Judged(
                _softmax(answers[self.tensors["classes"]] / self.temperature) if self.classes else None,
                {one.name: answers[one.tensor][:, 0] for one in self.numbers},
                _distance2(answers[self.tensors["embedding"]], self.familiar) if self.familiar else None,
            )


def load_model(path: Path) -> LoadedModel:
    """Read, verify and start a bundle. Raises BundleError."""
    return start_model(read_bundle(path))


def start_model(bundle: Bundle) -> LoadedModel:
    """Start a verified bundle. Raises BundleError where its net is not what its manifest says."""
    manifest = bundle.manifest
    classes, embedding = manifest.classes, manifest.embedding
    try:
        session = start_session(bundle.model, manifest.input, manifest.outputs)
    except SessionError as error:
        raise BundleError(f"{bundle.name} {bundle.version}: {error}") from error
    return LoadedModel(
        name=ModelName(bundle.name, bundle.version, bundle.sha256),
        task=manifest.task,
        species=manifest.species,
        validated=manifest.validated,
        input=manifest.input,
        classes=classes.classes if classes else (),
        temperature=classes.temperature if classes else 1.0,
        confusion=_confusion(classes) if classes else None,
        unseen=_unseen(classes) if classes else (),
        kernel_mg=classes.kernel_mg if classes else None,
        widest=classes.widest if classes else None,
        numbers=manifest.numbers,
        familiar=_familiar(embedding) if embedding else None,
        session=session,
        tensors={one.kind: one.tensor for one in manifest.outputs},
    )


def _unseen(output: ClassesOutput) -> tuple[str, ...]:
    """Return what looks whole to the net: as declared, else whatever usual damage no class of its own has."""
    if output.unseen is not None:
        return output.unseen
    usual = [name for name in UNSEEN if name not in output.classes]
    return tuple(usual) if KernelClass.WHOLE in output.classes else ()


def _confusion(output: ClassesOutput) -> Confusion:
    """Count per true class and source photo, as an array each (photos, classes)."""
    elsewhere = by_class(output.elsewhere, output.classes) if output.elsewhere else ()
    return Confusion(by_class(output.confusion, output.classes), elsewhere)


def by_class(counts: Counts, classes: Sequence[str]) -> tuple[Array, ...]:
    """Return per true class, in their order, an array (photos, classes) of kernels by called class."""
    return tuple(np.array(list(counts[name].values()), np.float64) for name in classes)


def _familiar(output: EmbeddingOutput) -> Familiar:
    means, precision = np.array(output.means, np.float64), np.array(output.precision, np.float64)
    return Familiar(means, precision, output.distance2, output.share, output.elongation, output.looks)


def _softmax(logits: Array) -> Array:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True)) if len(logits) else logits
    return np.asarray(raised / raised.sum(axis=1, keepdims=True)) if len(logits) else raised


def _distance2(embeddings: Array, familiar: Familiar) -> Array:
    off = embeddings[:, None, :] - familiar.means[None]
    each = np.einsum("nmd,de,nme->nm", off, familiar.precision, off)
    return np.asarray(each.min(axis=1))
