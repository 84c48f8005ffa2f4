"""A bundle declares what its model reads and what it answers.

The bundle declares, the station obeys: a model with another input or new numbers needs no code here.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from drivers.reading import Basis

BY_MASS = ("broken", "impurities", "misc_impurities", "grain_impurities", "damaged", "sprouted")  # analytes
MAX_CLASSES = 40
MAX_EMBEDDING = 512
MAX_SIDE = {"kernel": 128, "tile": 512, "photo": 2048}  # pixels of an input, so that memory stays bounded

Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[Finite, Field(gt=0)]
NotNegative = Annotated[Finite, Field(ge=0)]
Fraction = Annotated[Finite, Field(ge=0, le=1)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Pair = tuple[Finite, Finite]
Look = Literal[
    "elongation", "fill", "ends", "asymmetry", "solidity", "texture", "sizes", "unfamiliar"
]  # what `station.vision.looks` measures of a photo
Counts = dict[str, dict[str, tuple[Annotated[int, Field(ge=0)], ...]]]


class ManifestPart(BaseModel):
    """A part of a manifest has no unknown key, and no value of it is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Balance(ManifestPart):
    """The typical kernel's colour becomes `reference` (b, g, r), by factors within `gains`."""

    reference: tuple[Positive, Positive, Positive]
    gains: tuple[Positive, Positive]

    @field_validator("gains")
    @classmethod
    def _rising(cls, value: Pair) -> Pair:
        return _rising(value)


class Input(ManifestPart):
    """Declares the tensor `input`, float32 (n, channels, height, width): one row per kernel or tile, or the
    photo.

    `fill` is the share of a kernel crop's side that the kernel takes; `min_length` how many pixels long the
    photo's middle kernel must be for the bundle's figures to hold; `stride` the step between tiles in pixels
    of the working scale (default: side by side)."""

    of: Literal["kernel", "tile", "photo"]
    width: Annotated[int, Field(ge=8)]
    height: Annotated[int, Field(ge=8)]
    fill: Annotated[Finite, Field(gt=0.1, le=1)] | None = None
    min_length: Annotated[Finite, Field(ge=4, le=1000)] | None = None
    channels: tuple[Literal["b", "g", "r", "mask"], ...]
    mean: tuple[Finite, Finite, Finite]
    std: tuple[Positive, Positive, Positive]
    balance: Balance | None = None
    stride: Annotated[int, Field(ge=8)] | None = None

    @property
    def colours(self) -> tuple[int, int, int]:
        """Return where each colour channel lies in BGR pixels."""
        first, second, third = ("bgr".index(name) for name in self.channels[:3])
        return first, second, third

    @property
    def masked(self) -> bool:
        return self.channels[-1] == "mask"

    @field_validator("channels")
    @classmethod
    def _three_colours(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if sorted(value[:3]) != ["b", "g", "r"] or value[3:] not in {(), ("mask",)}:
            raise ValueError("b, g and r in any order, then mask or nothing")
        return value

    @model_validator(mode="after")
    def _fits(self) -> "Input":
        if max(self.width, self.height) > MAX_SIDE[self.of]:
            raise ValueError(f"width and height of a {self.of} are at most {MAX_SIDE[self.of]}")
        if self.of == "kernel" and self.width != self.height:
            raise ValueError("a kernel crop is square: width and height must be equal")
        if self.fill is not None and self.of != "kernel":
            raise ValueError("fill belongs to kernel crops only")
        if self.stride is not None and self.of != "tile":
            raise ValueError("stride belongs to tiles only")
        return self


class ClassesOutput(ManifestPart):
    """Declares logits (n, classes). `confusion` {true class: {source photo: [kernels by called class]}}
    corrects the shares and gives their limits; `elsewhere`, the same of photos by other phones on other
    sheets, widens the limits. `unseen` says what the net does not tell apart from whole kernels,
    `kernel_mg` how heavy a kernel usually is. Where the limits of a share lie farther apart than `widest`
    there is no opinion. A class `sound` is read as `whole`."""

    kind: Literal["classes"]
    tensor: Text
    classes: Annotated[tuple[Slug, ...], Field(min_length=2, max_length=MAX_CLASSES)]
    temperature: Positive
    confusion: Counts
    elsewhere: Counts | None = None
    unseen: Annotated[tuple[Slug, ...], Field(max_length=MAX_CLASSES)] | None = None
    kernel_mg: Positive | None = None
    widest: Fraction | None = None

    @model_validator(mode="after")
    def _square(self) -> "ClassesOutput":
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("classes: a class is there twice")
        for key, counts in (("confusion", self.confusion), ("elsewhere", self.elsewhere)):
            if counts is not None:
                self._check(key, counts)
        return self

    def _check(self, key: str, counts: Counts) -> None:
        if set(counts) != set(self.classes):
            raise ValueError(f"{key}: one row per class is needed, and none else")
        for name, photos in counts.items():
            if not photos:
                raise ValueError(f"{key}.{name}: at least one source photo is needed")
            if any(len(row) != len(self.classes) for row in photos.values()):
                raise ValueError(f"{key}.{name}: a photo has one count per class")


class NumberOutput(ManifestPart):
    """Declares a tensor (n,) or (n, 1) in `unit` on `basis`. `uncertainty` is the standard uncertainty of one
    sample's value; values outside `range` are not believed."""

    kind: Literal["number"]
    tensor: Text
    name: Slug
    unit: Annotated[str, Field(max_length=16)]
    basis: Basis | None
    per: Literal["kernel", "sample"]
    range: Pair
    uncertainty: NotNegative

    @field_validator("range")
    @classmethod
    def _rising(cls, value: Pair) -> Pair:
        return _rising(value)

    @model_validator(mode="after")
    def _no_count_for_a_mass(self) -> "NumberOutput":
        if self.per == "kernel" and self.name in BY_MASS:
            raise ValueError(
                f"{self.name} is a share by mass, a mean over kernels is one by count: name it so"
            )
        return self


class KnownLooks(ManifestPart):
    """Declares what photos of known grain look like as a whole: `mean` (n,) and `precision` (n, n) of the
    `names`. One farther than `limit` (squared) shows unknown grain; `alarms` is the share of good trays,
    which no net learnt, that lie farther."""

    names: Annotated[tuple[Look, ...], Field(min_length=1, max_length=20)]
    mean: tuple[Finite, ...]
    precision: tuple[tuple[Finite, ...], ...]
    limit: Positive
    alarms: Fraction

    @model_validator(mode="after")
    def _square(self) -> "KnownLooks":
        size = len(self.names)
        if len(self.mean) != size or [len(row) for row in self.precision] != [size] * size:
            raise ValueError(f"looks: mean needs {size} numbers, precision {size} rows of as many")
        return self


class EmbeddingOutput(ManifestPart):
    """Declares an embedding (n, d): `means` (m, d) and `precision` (d, d) of known grain. A row farther than
    `distance2` (squared) from every mean is unfamiliar; a photo with more than `share` of such rows, or whose
    middle kernel's length over width leaves `elongation`, or that leaves the `looks`, shows unknown grain."""

    kind: Literal["embedding"]
    tensor: Text
    means: Annotated[tuple[tuple[Finite, ...], ...], Field(min_length=1, max_length=200)]
    precision: Annotated[tuple[tuple[Finite, ...], ...], Field(min_length=1, max_length=MAX_EMBEDDING)]
    distance2: Positive
    share: Fraction
    elongation: Pair | None = None
    looks: KnownLooks | None = None

    @model_validator(mode="after")
    def _rectangular(self) -> "EmbeddingOutput":
        size = len(self.precision)
        if any(len(row) != size for row in self.precision):
            raise ValueError("precision: must be square")
        if any(len(row) != size for row in self.means):
            raise ValueError(f"means: each needs {size} numbers, as precision has rows")
        return self


Output = Annotated[ClassesOutput | NumberOutput | EmbeddingOutput, Field(discriminator="kind")]


def _rising(value: Pair) -> Pair:
    if value[0] >= value[1]:
        raise ValueError("the first must be less than the second")
    return value
