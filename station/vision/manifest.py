"""The manifest of a model bundle, format 2, says what a model is, what it is validated for, what it
declares."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import Field, ValidationError, field_validator, model_validator

from drivers.text import HiddenCharacter, checked_value
from station.grain.inspection import class_name
from station.vision.declaration import (
    MAX_CLASSES,
    ClassesOutput,
    EmbeddingOutput,
    Finite,
    Fraction,
    Input,
    ManifestPart,
    NotNegative,
    NumberOutput,
    Output,
    Positive,
    Slug,
    Text,
)

FORMAT = 2
MAX_CASES = 20
SHOWN_PROBLEMS = 5
BY_CLASS = ("classes", "confusion", "elsewhere")  # keys whose value names classes


class ManifestError(Exception):
    """The manifest does not say what it must; the message names the keys."""


class Cost(ManifestPart):
    """Declares what one 12-megapixel photo of 300 kernels takes."""

    seconds: Positive
    memory_mb: Positive


class Tolerance(ManifestPart):
    """Declares how far another machine may be off: shares (0 to 1), numbers (their unit), kernels counted."""

    share: Fraction
    number: NotNegative
    kernels: Annotated[int, Field(ge=0)]


class Expected(ManifestPart):
    """Holds what the product answered where the bundle was packed; `classes` are shares, `numbers` values."""

    accepted: bool
    kernels: Annotated[int, Field(ge=0)] | None = None
    classes: dict[Slug, Fraction] = Field(default_factory=dict)
    numbers: dict[Slug, Finite] = Field(default_factory=dict)


class AcceptanceCase(ManifestPart):
    file: Annotated[str, Field(pattern=r"^acceptance/")]
    species: Slug | None = None
    expected: Expected


class Acceptance(ManifestPart):
    tolerance: Tolerance
    cases: Annotated[tuple[AcceptanceCase, ...], Field(min_length=1, max_length=MAX_CASES)]


class Manifest(ManifestPart):
    """Holds the whole manifest; `station` says which versions of the station can run it (PEP 440);
    `validated` which declared species it was validated on, where `species` names wider kinds (soft wheat of
    wheat; empty: all of them)."""

    format: Literal[2]
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+_]{0,31}$")]
    task: Slug
    species: Annotated[tuple[Slug, ...], Field(min_length=1)]
    varieties: tuple[Text, ...] = ()
    validated: tuple[Slug, ...] = ()
    not_validated: tuple[Text, ...]
    fails: tuple[Text, ...]
    licence: Text
    training_data: Text
    training: dict[str, Any] = Field(default_factory=dict)
    figures: dict[str, Any] = Field(default_factory=dict)
    station: str
    input: Input
    outputs: Annotated[tuple[Output, ...], Field(min_length=1, max_length=MAX_CLASSES)]
    cost: Cost
    acceptance: Acceptance
    files: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]]

    @field_validator("station")
    @classmethod
    def _specifier(cls, value: str) -> str:
        try:
            SpecifierSet(value)
        except InvalidSpecifier as error:
            raise ValueError("not a version specifier, write it like >=0.1") from error
        return value

    @model_validator(mode="after")
    def _consistent(self) -> "Manifest":
        kinds = [one.kind for one in self.outputs]
        if kinds.count("classes") > 1 or kinds.count("embedding") > 1:
            raise ValueError("outputs: at most one of classes and one embedding")
        names = [one.name for one in self.numbers]
        if len(set(names)) < len(names):
            raise ValueError("outputs: two numbers have the same name")
        per_kernel = self.classes is not None or any(one.per == "kernel" for one in self.numbers)
        if per_kernel and self.input.of != "kernel":
            raise ValueError("outputs: classes and numbers per kernel need input.of = kernel")
        for case in self.acceptance.cases:
            if case.file not in self.files:
                raise ValueError(f"acceptance: {case.file} is not listed in files")
        return self

    @property
    def classes(self) -> ClassesOutput | None:
        return next((one for one in self.outputs if isinstance(one, ClassesOutput)), None)

    @property
    def embedding(self) -> EmbeddingOutput | None:
        return next((one for one in self.outputs if isinstance(one, EmbeddingOutput)), None)

    @property
    def numbers(self) -> tuple[NumberOutput, ...]:
        return tuple(one for one in self.outputs if isinstance(one, NumberOutput))


def parse_manifest(text: bytes) -> Manifest:
    """Check a manifest and return it. Raises ManifestError that names each wrong key."""
    try:
        found = json.loads(text)
        if not isinstance(found, Mapping) or found.get("format") != FORMAT:
            raise ManifestError(f"format: {FORMAT} is expected")
        return Manifest.model_validate_json(json.dumps(_with_todays_classes(checked_value(found))))
    except HiddenCharacter as error:
        raise ManifestError(f"{error.where}: {error}") from error
    except ValidationError as error:
        problems = [f"{_where(e['loc'])}: {_problem(e['msg'])}" for e in error.errors()[:SHOWN_PROBLEMS]]
        raise ManifestError("; ".join(problems)) from error
    except (ValueError, RecursionError) as error:
        raise ManifestError(f"not JSON: {error}") from error


def _with_todays_classes(value: Any, is_named: bool = False) -> Any:
    """Return the manifest with its classes under the names that they have here: older bundles call whole
    kernels sound. `is_named` tells that the value is named by class, or lists classes."""
    if isinstance(value, dict):
        return {
            class_name(key) if is_named else key: _with_todays_classes(one, key in BY_CLASS)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [
            class_name(one) if is_named and isinstance(one, str) else _with_todays_classes(one)
            for one in value
        ]
    return value


def _where(loc: tuple[int | str, ...]) -> str:
    """Write a path as a person does: ("outputs", 0, "classes", "temperature") -> "outputs[0].temperature":
    the kind is no key."""
    if loc and loc[0] == "outputs":
        loc = loc[:2] + loc[3:]
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return text.lstrip(".") or "manifest"


def _problem(message: str) -> str:
    return message.removeprefix("Value error, ")
