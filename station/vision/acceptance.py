"""Run a bundle's acceptance set on this machine with the product's own `inspect`.

The bundle brings photos and what came out where it was packed; here the same must come out, within the
tolerance that the bundle states.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from station.grain.inspection import Inspection
from station.grain.reasons import Code, Reason
from station.vision.bundle import Bundle, pack_bundle, parse_bundle
from station.vision.inspect import inspect
from station.vision.manifest import AcceptanceCase, Expected, Tolerance
from station.vision.model import start_model

LIMIT_S = 60.0

Inspector = Callable[[bytes, str | None], Inspection]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """Tells of one photo of the set what came out, and how it differs from what was expected."""

    file: str
    expected: Expected
    got: Expected
    reasons: tuple[Reason, ...]

    @property
    def passed(self) -> bool:
        return not self.reasons

    def as_dict(self) -> dict[str, Any]:
        expected, got = self.expected.model_dump(mode="json"), self.got.model_dump(mode="json")
        return {"file": self.file, "passed": self.passed, "expected": expected, "got": got}


@dataclass(frozen=True, slots=True)
class AcceptanceResult:
    """The set has `passed` when every case was run and came out as expected; else `reasons` say why not."""

    cases: tuple[CaseResult, ...]
    reasons: tuple[Reason, ...]

    @property
    def passed(self) -> bool:
        return not self.reasons


def run(
    bundle: Bundle,
    ask: Inspector | None = None,
    *,
    limit_s: float = LIMIT_S,
    clock: Callable[[], float] = time.perf_counter,
) -> AcceptanceResult:
    """Run the set with `ask` (a worker's `inspect`; else in this process) and compare. No further photo is
    begun after `limit_s` seconds. Raises BundleError where the model does not load."""
    ask = ask or _asked_here(bundle)
    acceptance = bundle.manifest.acceptance
    end = clock() + limit_s
    results: list[CaseResult] = []
    for case in acceptance.cases:
        if clock() > end:
            late = Reason(Code.ACCEPTANCE_SLOW, {"seconds": round(limit_s), "file": case.file})
            return AcceptanceResult(tuple(results), (*_reasons(results), late))
        got = seen_as_expected(ask(bundle.file(case.file), case.species))
        reasons = tuple(_differences(case, got, acceptance.tolerance))
        results.append(CaseResult(case.file, case.expected, got, reasons))
    return AcceptanceResult(tuple(results), _reasons(results))


def with_expected(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the manifest with what this machine answers as `expected` of every case: for who packs a bundle.

    Raises BundleError where anything else of the bundle is wrong."""
    draft = drafted(manifest)
    bundle = parse_bundle(pack_bundle(draft, files))
    ask = _asked_here(bundle)
    for case in draft["acceptance"]["cases"]:
        got = seen_as_expected(ask(bundle.file(case["file"]), case.get("species")))
        case["expected"] = got.model_dump(mode="json")
    return draft


def drafted(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the manifest made whole for a first look: of every case nothing is expected yet."""
    acceptance = manifest.get("acceptance", {})
    cases = [{**case, "expected": {"accepted": True}} for case in acceptance.get("cases", [])]
    return {**manifest, "acceptance": {**acceptance, "cases": cases}}


def seen_as_expected(seen: Inspection) -> Expected:
    """Return what an inspection says, in the manifest's words."""
    return Expected(
        accepted=seen.accepted,
        kernels=seen.kernels,
        classes={name: share.share for name, share in seen.classes.items()},
        numbers={name: number.value for name, number in seen.numbers.items()},
    )


def _asked_here(bundle: Bundle) -> Inspector:
    model = start_model(bundle)
    return lambda photo, species: inspect(photo, model, species=species)


def _reasons(results: list[CaseResult]) -> tuple[Reason, ...]:
    return tuple(reason for result in results for reason in result.reasons)


def _differences(case: AcceptanceCase, got: Expected, tolerance: Tolerance) -> Iterator[Reason]:
    expected = case.expected
    if expected.accepted != got.accepted:
        yield _differs(case, "accepted", expected.accepted, got.accepted)
        return
    if expected.kernels is not None and not _near(expected.kernels, got.kernels, tolerance.kernels):
        yield _differs(case, "kernels", expected.kernels, got.kernels)
    for name, share in expected.classes.items():
        if not _near(share, got.classes.get(name), tolerance.share):
            yield _differs(case, name, share, got.classes.get(name))
    for name, number in expected.numbers.items():
        if not _near(number, got.numbers.get(name), tolerance.number):
            yield _differs(case, name, number, got.numbers.get(name))


def _near(expected: float, got: float | None, tolerance: float) -> bool:
    return got is not None and abs(got - expected) <= tolerance


def _differs(case: AcceptanceCase, what: str, expected: float | bool, got: float | bool | None) -> Reason:
    return Reason(
        Code.ACCEPTANCE_DIFFERS, {"file": case.file, "attribute": what, "expected": expected, "got": got}
    )
